import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { loadOverNewConnections } from "../load/loadOverNewConnections.ts";
import { applyAll } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { admissionFiles } from "./admissionFiles.ts";
import { CLUSTER_ISSUER, createServiceAccount, requestToken } from "./clusterTokens.ts";
import { posternOutput } from "./posternOutput.ts";
import { postReview } from "./postReview.ts";
import { reconnected } from "./reconnected.ts";
import { REFUSED_CREATE } from "./refusedCreate.ts";
import { type ProvenTier, writeIdentityGate } from "./writeIdentityGate.ts";

const CALLER = { namespace: "webhooks", name: "caller" };
const SUBJECT = `system:serviceaccount:${CALLER.namespace}:${CALLER.name}`;
const SYNC_ACCOUNT = { namespace: "postern-system", name: "postern-sync" };

const started = new StartedResources();
let folder: string;
let module: string;
let url: string;
let cluster: Cluster;
let edge: GateServer;
let load: AdmissionLoad;
/** Lines of the Worker's log. */
const lines: string[] = [];

/** One API server is two clusters of the gate, one for each tier. */
beforeAll(async () => {
  folder = await started.add(mkdtemp(join(tmpdir(), "postern-workers-")), (it) =>
    rm(it, { recursive: true, force: true }),
  );
  const [port = 0] = await freePorts(1);
  url = `https://localhost:${port}`;
  // The files of the API server do not depend on its keys, which are known when it runs.
  const unknown = {
    tier: "jwt",
    issuer: CLUSTER_ISSUER,
    jwksUrl: "https://localhost/none",
    subjects: [SUBJECT],
  } as const;
  const first = await writeIdentityGate(folder, { tokens: [unknown] });
  const apiServerArgs = await admissionFiles({ gate: first, cluster: "tokens", url, folder, credential: "token" });
  cluster = await started.add(startCluster({ apiServerArgs }), (it) => it.stop());
  const enroll = async (name: string, more: readonly string[]): Promise<ProvenTier[]> => {
    const args = ["enroll", "--cluster", name, "--kubeconfig", cluster.kubeconfig, "--output", "json"];
    return JSON.parse(await posternOutput([...args, ...more])).settings.identity;
  };
  module = await writeIdentityGate(folder, {
    tokens: await enroll("tokens", ["--tier", "jwt", "--subject", SUBJECT, "--audience", "postern"]),
    capabilities: await enroll("capabilities", ["--tier", "capability"]),
  });
  await posternOutput(["keys", "new", "--out", join(folder, "keys.json")]);
  const env = { POSTERN_CAPABILITY_KEYS: await readFile(join(folder, "keys.json"), "utf8") };
  const onLog = (line: string): void => void lines.push(line);
  edge = await started.add(startWorkersEdge(module, env, { port, onLog }), (it) => it.stop());
  await writeFile(join(folder, "edge-ca.pem"), edge.ca);
  load = await AdmissionLoad.prepare(cluster.api);
  for (const account of [CALLER, SYNC_ACCOUNT]) await createServiceAccount(cluster, account);
  // Without the file, the API server calls no webhook of this host at all.
  await present("https://elsewhere.example.com");
});

afterAll(() => started.stop());

/** Writes the token of the API server, which it gets from its own issuer. */
async function present(audience: string): Promise<void> {
  const token = await requestToken(cluster, CALLER, { audiences: [audience] });
  await writeFile(join(folder, "token"), token, { mode: 0o600 });
}

/** Applies what `postern render` prints for a cluster of the gate. */
async function register(name: string, args: readonly string[] = [], stdin = ""): Promise<void> {
  const place = ["--url", url, "--ca", join(folder, "edge-ca.pem"), "--output", "json"];
  const out = await posternOutput(["render", "--gate", module, "--cluster", name, ...place, ...args], { stdin });
  await applyAll(cluster, JSON.parse(out).items);
}

/** Resolves when the API server calls the gate with the present registration. */
const created = (wanted: RegExp): Promise<true> =>
  eventually(`a create with ${wanted}`, async () => (wanted.test(await load.create()) ? true : undefined));

it("capability: the sync's token becomes the capability of the URLs; a URL without it lets no create pass", async () => {
  await register("capabilities", ["--without-capability"]);
  await created(REFUSED_CREATE);
  const audiences = [`${url}/token`];
  const token = await requestToken(cluster, SYNC_ACCOUNT, { audiences });
  await register("capabilities", ["--sync", "--sync-token", "-"], token);
  await created(/^judged$/);
  for (let count = 0; count < 10; count += 1) expect(await load.create()).toBe("judged");
  const { ca } = edge;
  expect({
    "no capability": await postReview(`${url}/c/capabilities/validate/default`, { ca }),
    "the token of the sync": await postReview(`${url}/c/capabilities/validate/default`, { ca, token }),
    "another text": await postReview(`${url}/k/none/c/capabilities/validate/default`, { ca }),
  }).toEqual({ "no capability": "401", "the token of the sync": "401", "another text": "401" });
  expect(lines.filter((line) => line.includes("/k/e"))).toEqual([]);
});

it("jwt: the API server presents a token of its own issuer; with one for another audience no create passes", async () => {
  await present("https://elsewhere.example.com");
  await register("tokens");
  await created(REFUSED_CREATE);
  await present("postern");
  // With another bundle the API server reads the token again. Otherwise it does so within a minute.
  await loadOverNewConnections(cluster.api, load, async (admissions) => {
    await reconnected(cluster.api, 1);
    await admissions.judged(10);
  });
  const { ca } = edge;
  const token = await requestToken(cluster, SYNC_ACCOUNT, { audiences: ["postern"] });
  const validate = `${url}/c/tokens/validate/default`;
  expect({
    "no token": await postReview(validate, { ca }),
    "of another ServiceAccount": await postReview(validate, { ca, token }),
  }).toEqual({ "no token": "401", "of another ServiceAccount": "401" });
});
