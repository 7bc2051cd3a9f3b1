import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { eventually } from "../../run/eventually.ts";
import { type NodeGateServer, startNodeGate } from "../edges/startNodeGate.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { writeComment } from "../load/loadOverNewConnections.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { acceptedCallers } from "./acceptedCallers.ts";
import { admissionFiles } from "./admissionFiles.ts";
import { posternOutput } from "./posternOutput.ts";
import { postReview } from "./postReview.ts";
import { REFUSED_CREATE } from "./refusedCreate.ts";
import { writeIdentityGate } from "./writeIdentityGate.ts";

const CALLER = { name: "kube-apiserver", groups: ["e2e"] };
/** k8s.io/client-go, transport/transport.go: `cachingCertificateLoader`. */
const CERTIFICATE_CACHE_MS = 1_000;
const MAX_RENEWALS = 20;
const CA_CHANGED = "CA file of clients changed";

const started = new StartedResources();
let folder: string;
let cas: { readonly old: TestCa; readonly next: TestCa; readonly foreign: TestCa };
/** The CA that the gate trusts, and that issued the certificate of the API server. */
let current: TestCa;
let cluster: Cluster;
let gate: NodeGateServer;
let metricsPort: number;
let load: AdmissionLoad;

/** As a remote host has it: the API server calls with HTTP/1.1 over many connections. */
beforeAll(async () => {
  folder = await started.add(mkdtemp(join(tmpdir(), "postern-client-certificate-")), (it) =>
    rm(it, { recursive: true, force: true }),
  );
  const [old, next, foreign] = await Promise.all(["old", "next", "foreign"].map((name) => TestCa.create(name)));
  if (old === undefined || next === undefined || foreign === undefined) throw new Error("no CA");
  cas = { old, next, foreign };
  current = old;
  await writePresented(old);
  await writeFile(join(folder, "clients.pem"), old.cert);
  const enrolled = ["enroll", "--cluster", "e2e", "--tier", "client-certificate", "--output", "json"];
  const { settings } = JSON.parse(await posternOutput([...enrolled, "--certificate", join(folder, "client.crt")]));
  const module = await writeIdentityGate(folder, { e2e: settings.identity });
  const [port = 0, metrics = 0] = await freePorts(2);
  metricsPort = metrics;
  const url = `https://0.0.0.0:${port}`;
  const files = { gate: module, cluster: "e2e", url, folder, credential: "certificate" } as const;
  const env = { POSTERN_CLIENT_CA_FILE: join(folder, "clients.pem"), POSTERN_METRICS_PORT: String(metrics) };
  const apiServerArgs = await admissionFiles(files);
  [cluster, gate] = await Promise.all([
    started.add(startCluster({ apiServerArgs }), (it) => it.stop()),
    started.add(startNodeGate(module, env, { port, host: "0.0.0.0" }), (it) => it.stop()),
  ]);
  load = await AdmissionLoad.prepare(cluster.api);
  await applyAll(cluster, await renderGate({ gate: module, url, ca: gate.ca }));
  await judged();
});

afterAll(() => started.stop());

/** Writes the certificate that the API server presents. Its key stays: the API server reads both files one after the other. */
let keys: CryptoKeyPair | undefined;
async function writePresented(ca: TestCa): Promise<void> {
  keys ??= await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { cert, key } = await ca.issue({ ...CALLER, keys });
  await writeFile(join(folder, "client.key"), key, { mode: 0o600 });
  await writeFile(join(folder, "client.crt"), cert);
}

/** Writes the CAs that the gate trusts for clients. Resolves when it does. */
async function writeTrusted(...trusted: readonly TestCa[]): Promise<void> {
  const changes = (): number => gate.log().split(CA_CHANGED).length;
  const before = changes();
  await writeFile(join(folder, "clients.pem"), trusted.map(({ cert }) => cert).join(""));
  await eventually("the gate to read its CAs", () => changes() > before || undefined);
}

/** Resolves when a create is judged. A kept connection with another certificate is refused once, and then closed. */
function judged(): Promise<true> {
  return eventually("a judged create", async () => (await load.create()) === "judged" || undefined);
}

const validateUrl = (): string => `${gate.url}/c/e2e/validate/default`;

it("the API server presents the certificate of the AdmissionConfiguration, and nobody else gets a verdict", async () => {
  await judged();
  const { ca } = gate;
  const [own, foreign, other] = await Promise.all([
    current.issue(CALLER),
    cas.foreign.issue(CALLER),
    current.issue({ ...CALLER, name: "kube-scheduler" }),
  ]);
  expect({
    "without a certificate": await postReview(validateUrl(), { ca }),
    "of another CA": await postReview(validateUrl(), { ca, certificate: foreign }),
    "with another subject": await postReview(validateUrl(), { ca, certificate: other }),
    "of the API server": await postReview(validateUrl(), { ca, certificate: own }),
  }).toEqual({
    "without a certificate": "401",
    "of another CA": "401",
    "with another subject": "401",
    "of the API server": "200 true",
  });
  expect(Object.keys(await acceptedCallers(metricsPort))).toEqual(["client-certificate"]);
});

it("a gate without the CA of the API server's certificate judges no create, and failurePolicy Fail refuses them all", async () => {
  await judged();
  await writeTrusted(cas.foreign);
  try {
    for (let count = 0; count < 5; count += 1) expect(await load.create()).toMatch(REFUSED_CREATE);
  } finally {
    await writeTrusted(current);
  }
  await judged();
});

it("no create fails while the CA of clients changes: both CAs, the renewed certificate with another bundle at once, the next CA alone", async () => {
  const old = current;
  const next = old === cas.old ? cas.next : cas.old;
  await judged();
  const report = await load.during(async (admissions) => {
    await admissions.judged(25);
    await writeTrusted(old, next);
    await admissions.judged(25);
    // A client of the API server reads its certificate at most once in a second, and closes its connections when it is another one.
    // So a new client comes first, and the next one right after the certificate.
    await writeComment(cluster.api, "# before\n");
    await admissions.judged(5);
    await writePresented(next);
    await writeComment(cluster.api, "# renewed\n");
    await admissions.judged(50);
    await writeTrusted(next);
    current = next;
    await admissions.judged(50);
  });
  await writeComment(cluster.api, "");
  expect(report.failures).toEqual([]);
  expect(report.judged).toBeGreaterThanOrEqual(155);
  const stale = await old.issue(CALLER);
  expect(await postReview(validateUrl(), { ca: gate.ca, certificate: stale })).toBe("401");
});

it("a renewed certificate file alone fails creates: the API server closes the connections of calls in flight, and judges none of them", async () => {
  let failed: string[] = [];
  // Whether a call is in flight when the API server reads its certificate is chance.
  for (let renewals = 0; failed.length === 0 && renewals < MAX_RENEWALS; renewals += 1) {
    await judged();
    await Promise.all(Array.from({ length: 20 }, () => load.create()));
    await writePresented(current);
    // Longer than the API server keeps what it read.
    await sleep(CERTIFICATE_CACHE_MS + 200);
    const results = await Promise.all(Array.from({ length: 60 }, () => load.create()));
    failed = results.filter((result) => result !== "judged");
  }
  expect(failed).not.toEqual([]);
  for (const result of failed) expect(result).toMatch(/failed calling webhook.*(use of closed network connection|EOF)/);
  await judged();
});
