import { afterEach, expect, it } from "vitest";
import { MetricsServer } from "../../src/telemetry/MetricsServer.ts";

let server: MetricsServer;
afterEach(() => server.stop());

const start = async (change: Partial<Parameters<typeof MetricsServer.start>[1]> = {}): Promise<void> => {
  const nothing = (): undefined => undefined;
  server = await MetricsServer.start(0, {
    metrics: async () => "a 1\n",
    health: nothing,
    readiness: nothing,
    ...change,
  });
};

async function request(path: string, method = "GET"): Promise<unknown[]> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return [response.status, await response.text(), response.headers.get("content-type")];
}

const PLAIN = "text/plain; charset=utf-8";

it.each([
  ["/metrics", 200, "a 1\n", "text/plain; version=0.0.4; charset=utf-8"],
  ["/metrics?name[]=a", 200, "a 1\n", "text/plain; version=0.0.4; charset=utf-8"],
  ["/healthz", 200, "ok\n", PLAIN],
  ["/readyz", 200, "ok\n", PLAIN],
  ["/", 404, "not found; there are /metrics, /healthz and /readyz\n", PLAIN],
])("MetricsServer answers GET %s with %i", async (path, status, text, type) => {
  await start();
  expect(await request(path)).toEqual([status, text, type]);
});

it("MetricsServer answers 503 with the reason when the process is not healthy or not ready", async () => {
  await start({ health: () => "no run has ended for 900 s", readiness: () => "no run has ended yet" });
  expect(await request("/healthz")).toEqual([503, "no run has ended for 900 s\n", PLAIN]);
  expect(await request("/readyz")).toEqual([503, "no run has ended yet\n", PLAIN]);
});

it("MetricsServer refuses other methods than GET and HEAD, and continues after an error of the metrics", async () => {
  await start({ metrics: () => Promise.reject(new Error("a bug")) });
  expect(await request("/metrics", "POST")).toEqual([405, "expected GET\n", PLAIN]);
  expect(await request("/metrics", "HEAD")).toEqual([500, "", PLAIN]);
  expect((await request("/healthz"))[0]).toBe(200);
});
