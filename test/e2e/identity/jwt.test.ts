import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestIssuer } from "../../identity/jwt/TestIssuer.ts";
import { eventually } from "../../run/eventually.ts";
import { type NodeGateServer, startNodeGate } from "../edges/startNodeGate.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { loadOverNewConnections } from "../load/loadOverNewConnections.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { VALIDATING } from "../sync/bed/SyncBed.ts";
import { acceptedCallers } from "./acceptedCallers.ts";
import { admissionFiles } from "./admissionFiles.ts";
import { CLUSTER_ISSUER, createServiceAccount, publishedKeys, requestToken, signAsCluster } from "./clusterTokens.ts";
import { JwksServer } from "./JwksServer.ts";
import { postReview } from "./postReview.ts";
import { reconnected } from "./reconnected.ts";
import { REFUSED_CREATE } from "./refusedCreate.ts";
import { writeIdentityGate } from "./writeIdentityGate.ts";

const CALLER = { namespace: "webhooks", name: "caller" };
const OTHER = { namespace: "webhooks", name: "other" };
const SUBJECT = `system:serviceaccount:${CALLER.namespace}:${CALLER.name}`;
const ADMISSION = "admissionregistration.k8s.io/v1";

const started = new StartedResources();
let folder: string;
let jwks: JwksServer;
let cluster: Cluster;
let gate: NodeGateServer;
let metricsPort: number;
let load: AdmissionLoad;

beforeAll(async () => {
  folder = await started.add(mkdtemp(join(tmpdir(), "postern-jwt-")), (it) => rm(it, { recursive: true, force: true }));
  jwks = await started.add(JwksServer.start(), (it) => it.stop());
  await writeFile(join(folder, "jwks-ca.pem"), jwks.ca);
  const settings = { tier: "jwt", issuer: CLUSTER_ISSUER, jwksUrl: jwks.url, subjects: [SUBJECT] } as const;
  const module = await writeIdentityGate(folder, { e2e: [settings] });
  const [port = 0, metrics = 0] = await freePorts(2);
  metricsPort = metrics;
  const url = `https://localhost:${port}`;
  const flags = await admissionFiles({ gate: module, cluster: "e2e", url, folder, credential: "token" });
  const apiServerArgs = [...flags, "--feature-gates=APIServerWebhookAuthenticationToken=true"];
  const env = {
    POSTERN_HOSTS: `localhost:${port}`,
    POSTERN_METRICS_PORT: String(metrics),
    NODE_EXTRA_CA_CERTS: join(folder, "jwks-ca.pem"),
  };
  [cluster, gate] = await Promise.all([
    started.add(startCluster({ apiServerArgs }), (it) => it.stop()),
    started.add(startNodeGate(module, env, { port }), (it) => it.stop()),
  ]);
  jwks.set = await publishedKeys(cluster);
  load = await AdmissionLoad.prepare(cluster.api);
  for (const account of [CALLER, OTHER]) await createServiceAccount(cluster, account);
  await writeToken(await requestToken(cluster, CALLER, { audiences: audiences() }));
  await applyAll(cluster, await renderGate({ gate: module, url, ca: gate.ca }));
  await eventually("the API server to call the gate", async () => (await load.create()) === "judged" || undefined);
});

afterAll(() => started.stop());

const validateUrl = (): string => `${gate.url}/c/e2e/validate/default`;
const mutateUrl = (): string => `${gate.url}/c/e2e/mutate/default`;
/** The exact URLs: the gate has no other audience. */
const audiences = (): string[] => [validateUrl(), mutateUrl()];

/** Writes the token that new connections of the API server present. */
function writeToken(token: string): Promise<void> {
  return writeFile(join(folder, "token"), token, { mode: 0o600 });
}

/** What the gate answers to a caller with a token. */
function post(token: string, url = validateUrl()): Promise<string> {
  return postReview(url, { ca: gate.ca, token });
}

const inSeconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset;

it("the API server presents the token of its tokenFile, and nobody else gets a verdict", async () => {
  expect(await load.create()).toBe("judged");
  const times = { iat: inSeconds(-7200), exp: inSeconds(-3600) };
  expect({
    "no token": await postReview(validateUrl(), { ca: gate.ca }),
    "for another audience": await post(await requestToken(cluster, CALLER, { audiences: [gate.url] })),
    "for the API server": await post(await requestToken(cluster, CALLER, {})),
    "of another ServiceAccount": await post(await requestToken(cluster, OTHER, { audiences: audiences() })),
    expired: await post(await signAsCluster(cluster, CALLER, audiences(), times)),
    "of the caller": await post(await requestToken(cluster, CALLER, { audiences: audiences() })),
  }).toEqual({
    "no token": "401",
    "for another audience": "401",
    "for the API server": "401",
    "of another ServiceAccount": "401",
    expired: "401",
    "of the caller": "200 true",
  });
  expect(Object.keys(await acceptedCallers(metricsPort))).toEqual(["jwt"]);
});

it("an API server with an expired token in its tokenFile gets no verdict: failurePolicy Fail lets no create pass", async () => {
  await writeToken(await signAsCluster(cluster, CALLER, audiences(), { iat: inSeconds(-7200), exp: inSeconds(-3600) }));
  let failed: string[] = [];
  await loadOverNewConnections(cluster.api, load, async (admissions) => {
    await reconnected(cluster.api, 2);
    await admissions.failed(1);
    failed = await Promise.all(Array.from({ length: 5 }, () => load.create()));
    await writeToken(await requestToken(cluster, CALLER, { audiences: audiences() }));
    await reconnected(cluster.api, 2);
    await admissions.judged(5);
  });
  expect(failed).toHaveLength(5);
  for (const result of failed) expect(result).toMatch(REFUSED_CREATE);
});

it("no create fails while the signing key changes: both keys published, tokens of the new key over new connections, the new key alone", async () => {
  const published = await publishedKeys(cluster);
  jwks.set = published;
  await writeToken(await requestToken(cluster, CALLER, { audiences: audiences() }));
  await loadOverNewConnections(cluster.api, load, () => reconnected(cluster.api, 2));
  const next = await TestIssuer.create(CLUSTER_ISSUER, "ES256", "next-key");
  const nextToken = (): Promise<string> =>
    next.sign({ sub: SUBJECT, aud: audiences(), iat: inSeconds(0), exp: inSeconds(3600) });
  const fetchesBefore = jwks.fetches;
  const { judged, failures } = await loadOverNewConnections(cluster.api, load, async (admissions) => {
    await admissions.judged(25);
    jwks.set = { keys: [...published.keys, next.jwk] };
    await admissions.judged(25);
    await writeToken(await nextToken());
    await reconnected(cluster.api, 2);
    await admissions.judged(25);
    jwks.set = { keys: [next.jwk] };
    await writeToken(await nextToken());
    await reconnected(cluster.api, 2);
    await admissions.judged(50);
  });
  expect(failures).toEqual([]);
  expect(judged).toBeGreaterThanOrEqual(125);
  // The token with a key that the gate did not know made it look for the key once.
  expect(jwks.fetches - fetchesBefore).toBe(1);
});

/** Asks for a token that is bound to a registration (KEP-6060). */
async function boundToken(kind: string, name: string, audience: string, group = "*"): Promise<string> {
  const { uid } = (await cluster.api.get(`/apis/${ADMISSION}/${kind.toLowerCase()}s/${name}`)).body.metadata;
  return requestToken(cluster, CALLER, {
    audiences: [audience],
    boundObjectRef: { apiVersion: ADMISSION, kind, name, uid },
    attestations: { admissionReviewAPIGroups: [group] },
  });
}

it("tokens that the API server binds to a registration (KEP-6060) are good for calls of that registration only", async () => {
  const { body } = await cluster.api.get(VALIDATING);
  const other = { metadata: { name: "other" }, webhooks: body.webhooks };
  expect((await cluster.api.create(VALIDATING.slice(0, VALIDATING.lastIndexOf("/")), other)).status).toBe(201);
  const role = { metadata: { name: "attest" }, rules: [attestRule("*"), attestRule("apps")] };
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  expect((await cluster.api.create(`${rbac}/clusterroles`, role)).status).toBe(201);
  const binding = {
    metadata: { name: "attest" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "attest" },
    subjects: [{ kind: "ServiceAccount", ...CALLER }],
  };
  expect((await cluster.api.create(`${rbac}/clusterrolebindings`, binding)).status).toBe(201);
  const kind = "ValidatingWebhookConfiguration";
  const [validating, mutating, foreign, apps] = await eventually("the right to attest", () =>
    Promise.all([
      boundToken(kind, "postern", validateUrl()),
      boundToken("MutatingWebhookConfiguration", "postern", mutateUrl()),
      boundToken(kind, "other", validateUrl()),
      boundToken(kind, "postern", validateUrl(), "apps"),
    ]).catch(() => undefined),
  );
  // The API server gives such a token ten minutes, whatever is asked for.
  const { iat = 0, exp = 0 } = decodeJwt(validating);
  expect(exp - iat).toBe(600);
  const crossed = await boundToken(kind, "postern", mutateUrl());
  const about = (object: "Pod" | "Deployment") => ({ ca: gate.ca, token: apps, object });
  expect({
    "of the registration": await post(validating),
    "of the mutating registration": await post(mutating, mutateUrl()),
    "of the API group apps, for a Deployment": await postReview(validateUrl(), about("Deployment")),
    "of the API group apps, for a Pod": await postReview(validateUrl(), about("Pod")),
    "of another registration": await post(foreign),
    "of the validating registration, at the mutating URL": await post(validating, mutateUrl()),
    "of the validating registration, for the mutating URL": await post(crossed, mutateUrl()),
  }).toEqual({
    "of the registration": "200 true",
    "of the mutating registration": "200 true",
    "of the API group apps, for a Deployment": "200 true",
    "of the API group apps, for a Pod": "401",
    "of another registration": "401",
    "of the validating registration, at the mutating URL": "401",
    "of the validating registration, for the mutating URL": "401",
  });
});

function attestRule(group: string): KubeObject {
  const resources = ["admissionReviewAPIGroups"];
  return { apiGroups: ["authentication.k8s.io"], resources, resourceNames: [group], verbs: ["attest"] };
}
