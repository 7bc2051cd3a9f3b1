import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { eventually } from "../../run/eventually.ts";
import { type NodeGateServer, startNodeGate } from "../edges/startNodeGate.ts";
import { AdmissionLoad, type AdmissionsInProgress } from "../load/AdmissionLoad.ts";
import { loadOverNewConnections } from "../load/loadOverNewConnections.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { acceptedCallers } from "./acceptedCallers.ts";
import { admissionFiles } from "./admissionFiles.ts";
import { posternOutput } from "./posternOutput.ts";
import { postReview } from "./postReview.ts";
import { reconnected } from "./reconnected.ts";
import { REFUSED_CREATE } from "./refusedCreate.ts";
import { writeIdentityGate } from "./writeIdentityGate.ts";

const CALLER = { name: "kube-apiserver", groups: ["e2e"] };
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
  await eventually("the API server to call the gate", async () => (await load.create()) === "judged" || undefined);
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

const validateUrl = (): string => `${gate.url}/c/e2e/validate/default`;


it("natural", async () => {
  const { old, next } = cas;
  const figs: unknown[] = [];
  const { judged, failures } = await load.during(async (admissions) => {
    await admissions.judged(50);
    await writeTrusted(old, next);
    await admissions.judged(50);
    for (let round = 0; round < 6; round += 1) {
      await writePresented(next);
      await new Promise((r) => setTimeout(r, 1500));
      const burst = await Promise.all(Array.from({ length: 100 }, () => load.create()));
      figs.push([round, burst.filter((it) => it !== "judged").length, burst.find((it) => it !== "judged")]);
    }
    await admissions.judged(50);
    await writeTrusted(next);
    await admissions.judged(50);
  });
  (await import("node:fs")).writeFileSync("/tmp/id-natural", JSON.stringify({ judged, failures, figs }, null, 1));
});
