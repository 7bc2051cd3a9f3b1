import { chmodSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { RolloutController } from "../../../src/rollout/RolloutController.ts";
import { RolloutMetrics } from "../../../src/rollout/report/RolloutMetrics.ts";
import { SyncMetrics } from "../../../src/sync/metrics/SyncMetrics.ts";
import type { Step } from "../../../src/sync/plan/Step.ts";
import { MetricsServer } from "../../../src/telemetry/MetricsServer.ts";
import { callHttps } from "../../cli/callHttps.ts";
import { FakeApiServer } from "../../cli/FakeApiServer.ts";
import { InputFolder } from "../../cli/InputFolder.ts";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import { StartedResources } from "../../e2e/run/StartedResources.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { WatchServer } from "../../kubernetes/WatchServer.ts";
import { RolloutApi } from "../../rollout/RolloutApi.ts";
import { eventually } from "../../run/eventually.ts";
import { makeCas, OLD, SyncWorld } from "../../sync/SyncWorld.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import type { ScrapeJobs } from "./PrometheusServer.ts";

const GATE = `
import { defineGate, deny, policy, warn } from "postern";
const pods = { resources: ["pods"] };
const named = (review, name) => review.object?.metadata?.labels?.case === name;
export default defineGate({
  policies: [
    policy({ name: "denies", match: pods, validate: (review) => (named(review, "denied") ? deny("no") : undefined) }),
    policy({ name: "warns", match: pods, validate: (review) => (named(review, "warned") ? warn("hm") : undefined) }),
    policy({
      name: "throws",
      match: pods,
      validate: (review) => {
        if (named(review, "thrown")) throw new Error("no");
        return undefined;
      },
    }),
    policy({
      name: "waits",
      match: pods,
      validate: async (review) => (named(review, "late") ? new Promise(() => undefined) : undefined),
    }),
  ],
  entries: { pods: { policies: ["denies", "warns", "throws", "waits"] } },
  clusters: {
    audited: { identity: 'none', records: { profile: "compliance" }, modes: { warns: "audit" } },
    usual: { identity: 'none', records: { profile: "latency", sample: 1 } },
    scratch: { identity: 'none', records: { profile: "off" }, mode: "warn" },
  },
});
`;
const SYNC = `
gate: postern
cluster: production
interval: 1s
jitter: 0s
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
`;
const CLUSTERS = ["audited", "usual", "scratch"];
const CASES = ["allowed", "denied", "warned", "thrown"];
const REVIEW = readReview("validate-v1-create-pods-1");
/** More than what the gate judges in its main thread. */
const LARGE = 1_200_000;
/** More than the gate takes: 20 MiB. */
const TOO_LARGE = 21 * 1024 * 1024;

interface GateAddress {
  readonly port: number;
  /** The certificate, in PEM. */
  readonly ca: string;
}

/**
 * Real processes with their metrics: a gate on Node with TLS and records, whose collector does not answer, `postern sync --watch`
 * and `postern tls-sidecar`. A run of the planner of the sync and a rollout are made in this process, against simulated clusters.
 */
export class MeasuredRun {
  readonly jobs: ScrapeJobs;
  readonly #started: StartedResources;
  readonly #gate: GateAddress;

  private constructor(jobs: ScrapeJobs, started: StartedResources, gate: GateAddress) {
    this.jobs = jobs;
    this.#started = started;
    this.#gate = gate;
  }

  static async start(): Promise<MeasuredRun> {
    const started = new StartedResources();
    try {
      const folder = await started.add(Promise.resolve(new InputFolder()), (it) => it.remove());
      const { cert, key } = await selfSignedPair();
      folder.write("tls.crt", cert);
      chmodSync(folder.write("tls.key", key), 0o600);
      const run = (args: readonly string[], env = {}): Promise<PosternProcess> =>
        started.add(Promise.resolve(new PosternProcess(args, folder.path, env)), async (it) => {
          it.kill();
          await it.ended;
        });
      const [gate, sidecar, sync] = [
        await startGate(folder, run),
        await run([
          ...["tls-sidecar", "--cert", "tls.crt", "--key", "tls.key", "--out", join(folder.path, "out")],
          ...["--reload-command", "true", "--metrics-port", "0"],
        ]),
        await startSync(folder, started, run),
      ];
      const port = Number((await gate.says(/"message":"listening","port":(\d+)/))[1]);
      const jobs = {
        "postern-gate": [await metricsPort(gate)],
        "postern-sidecar": [await metricsPort(sidecar)],
        "postern-sync": [
          Number((await sync.says(/metrics on port (\d+)/, "err"))[1]),
          await serveText(started, await plannedRun()),
        ],
        "postern-rollout": [await serveText(started, await rolledWorkload(started))],
      };
      return new MeasuredRun(jobs, started, { port, ca: cert });
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Sends reviews of every kind to the gate. Resolves to the number of those that are judged. */
  async sendReviews(): Promise<number> {
    const judged = CLUSTERS.flatMap((cluster) =>
      CASES.map((name) => ({ cluster, body: reviewOf(name), timeout: "30s" })),
    );
    judged.push({ cluster: "usual", body: reviewOf("denied", "x".repeat(LARGE)), timeout: "30s" });
    for (const cluster of ["usual", "scratch"]) judged.push({ cluster, body: reviewOf("late"), timeout: "1s" });
    await Promise.all(
      judged.map(async ({ cluster, body, timeout }) => {
        const { status } = await this.#call(`/c/${cluster}/validate/pods?timeout=${timeout}`, body);
        if (status !== 200) throw new Error(`a review of ${cluster} got ${status}`);
      }),
    );
    await Promise.all([
      this.#call("/c/nobody/validate/pods", REVIEW),
      this.#call("/c/usual/validate/pods", "no JSON"),
      // The gate can end the connection before all of it is sent.
      this.#call("/c/usual/validate/pods", " ".repeat(TOO_LARGE)).catch(() => undefined),
    ]);
    return judged.length;
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }

  #call(path: string, body: string): ReturnType<typeof callHttps> {
    return callHttps({ ...this.#gate, path, body });
  }
}

type Run = (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<PosternProcess>;

async function startGate(folder: InputFolder, run: Run): Promise<PosternProcess> {
  folder.write("gate.ts", GATE);
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  return run(["serve", "--gate", "gate.ts", "--port", "0", "--cert", "tls.crt", "--key", "tls.key"], {
    POSTERN_METRICS_PORT: "0",
    POSTERN_RECORDS_DIR: join(folder.path, "records"),
    POSTERN_RECORDS_KEY: JSON.stringify(await exportJWK(privateKey)),
    // A port on which nothing listens.
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_TRACES_SAMPLER: "always_on",
  });
}

async function startSync(folder: InputFolder, started: StartedResources, run: Run): Promise<PosternProcess> {
  const server = await started.add(Promise.resolve(new FakeApiServer()), (it) => it.stop());
  folder.write("kubeconfig", await server.start());
  folder.write("sync.yaml", SYNC);
  return run(["sync", "--config", "sync.yaml", "--kubeconfig", "kubeconfig", "--watch", "--metrics-port", "0"]);
}

async function metricsPort(process: PosternProcess): Promise<number> {
  return Number((await process.says(/"metricsPort":(\d+)/))[1]);
}

async function serveText(started: StartedResources, source: { text(): Promise<string> }): Promise<number> {
  const nothing = (): undefined => undefined;
  const server = MetricsServer.start(0, { metrics: () => source.text(), health: nothing, readiness: nothing });
  return (await started.add(server, (it) => it.stop())).port;
}

/** The metrics of a run that is in step. */
async function plannedRun(): Promise<SyncMetrics> {
  const world = new SyncWorld(await makeCas(1), { gate: "g", cluster: "prod", url: OLD, soakMs: 1_000 }, [0], [0]);
  const steps: Step[] = [];
  do {
    steps.push(world.step());
  } while (steps.length < 60 && steps.at(-1)?.kind !== "nothing-to-do");
  const last = steps.at(-1);
  if (last?.kind !== "nothing-to-do") throw new Error(`the run ended with ${last?.kind}`);
  const metrics = new SyncMetrics(world.goal);
  const terms = { intervalMs: 300_000, jitterMs: 0, durationMs: 900, inFlight: 0.2, catalogues: [] };
  metrics.recordRun({ steps, last, rolledBack: false, observation: world.observe() }, world.goal, terms);
  return metrics;
}

/** The metrics of a controller that has rolled a Deployment. */
async function rolledWorkload(started: StartedResources): Promise<RolloutMetrics> {
  const api = new RolloutApi();
  api.workload("deployments", "gate");
  await api.certificate("gate-tls", { "postern.dev/rollout": "deployment/gate" }, 1);
  const server = new WatchServer();
  const kubeConfig = await started.add(server.start(), () => server.stop());
  const metrics = new RolloutMetrics();
  const controller = new RolloutController({
    ...{ kubeConfig, api: api.ask, namespace: "gates", resyncMs: 60_000, log: memoryLog(), metrics },
    ...{ now: () => api.now, random: () => 0 },
  });
  const stop = new AbortController();
  const ended = controller.lead({ signal: stop.signal, isLeading: () => true });
  await started.add(Promise.resolve(stop), async (it) => {
    it.abort();
    await ended;
  });
  await eventually("the rollout", () => (api.condition("gate-tls")?.status === "True" ? true : undefined));
  return metrics;
}

function reviewOf(name: string, padding = ""): string {
  const review = JSON.parse(REVIEW);
  Object.assign(review.request, { uid: crypto.randomUUID() });
  Object.assign(review.request.object.metadata, { labels: { case: name }, annotations: { padding } });
  return JSON.stringify(review);
}
