import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RolloutController } from "../../src/rollout/RolloutController.ts";
import { RolloutMetrics } from "../../src/rollout/report/RolloutMetrics.ts";
import { WatchServer } from "../kubernetes/WatchServer.ts";
import { patience } from "../run/speedFactor.ts";
import { RolloutApi } from "./RolloutApi.ts";

let api: RolloutApi;
let server: WatchServer;
let stop: AbortController;
let metrics: RolloutMetrics;
/** The lines of the log. */
let lines: string[];
beforeEach(() => {
  api = new RolloutApi();
  server = new WatchServer();
  stop = new AbortController();
  metrics = new RolloutMetrics();
  lines = [];
});
afterEach(() => {
  stop.abort();
  server.stop();
});

async function controller(): Promise<RolloutController> {
  const write = (message: string, properties = {}): void => {
    lines.push(`${message} ${JSON.stringify(properties)}`);
  };
  return new RolloutController({
    kubeConfig: await server.start(),
    api: api.ask,
    namespace: "gates",
    resyncMs: 60_000,
    log: { debug: write, info: write, warn: write, error: write },
    metrics,
    now: () => api.now,
    random: () => 0,
  });
}

describe("RolloutController.lead", () => {
  it("rolls a Deployment that a Certificate names, and resolves when the signal is aborted", async () => {
    api.workload("deployments", "gate");
    await api.certificate("gate-tls", { "postern.dev/rollout": "deployment/gate" }, 1);
    const ended = (await controller()).lead({ signal: stop.signal, isLeading: () => true });
    await vi.waitFor(() => expect(api.condition("gate-tls")).toMatchObject({ status: "True" }), {
      timeout: patience(5_000),
    });
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "done", revision: 1 });
    expect(await metrics.text()).toContain('postern_rollout_ended_total{policy="rolling",result="RolledOut"} 1');
    expect(lines.filter((line) => line.startsWith("rollout ")).length).toBe(2);
    stop.abort();
    await ended;
  });

  it("rolls an orphaned rollout back", async () => {
    api.workload("deployments", "gate");
    const canary = { "postern.dev/rollout": "deployment/gate", "postern.dev/renewal-policy": "canary" };
    await api.certificate("gate-tls", canary, 1);
    await api.reconcile("gate-tls");
    expect(api.state("deployments", "gate")).toMatchObject({ phase: "canary" });
    for (const key of api.objects.keys()) if (key.endsWith("/certificates/gate-tls")) api.objects.delete(key);
    const ended = (await controller()).lead({ signal: stop.signal, isLeading: () => true });
    await vi.waitFor(
      () => expect(api.state("deployments", "gate")).toMatchObject({ phase: "rolled-back", reason: "Abandoned" }),
      { timeout: patience(5_000) },
    );
    stop.abort();
    await ended;
  });

  it("counts a failed reconciliation, writes it to the log and retries it", async () => {
    api.workload("deployments", "gate");
    await api.certificate("gate-tls", { "postern.dev/rollout": "deployment/gate" }, 1);
    let refusals = 1;
    api.refuse = ({ path }) => {
      if (!path.includes("/certificaterequests") || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 500, body: { message: "not now" } };
    };
    const ended = (await controller()).lead({ signal: stop.signal, isLeading: () => true });
    await vi.waitFor(() => expect(api.condition("gate-tls")).toMatchObject({ status: "True" }), {
      timeout: patience(5_000),
    });
    expect(await metrics.text()).toContain('postern_rollout_failures_total{code="cluster-refused"} 1');
    expect(lines.filter((line) => line.startsWith("a reconciliation failed"))).toEqual([
      expect.stringContaining('"key":"certificate gates/gate-tls","code":"cluster-refused"'),
    ]);
    stop.abort();
    await ended;
  });
});
