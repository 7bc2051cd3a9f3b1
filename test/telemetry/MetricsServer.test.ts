import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
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

it("MetricsServer answers while 200 strangers hold connections, and keeps the one in use", async () => {
  await start();
  const scraper = new Agent({ keepAlive: true, maxSockets: 1 });
  const scrape = async (): Promise<boolean> => {
    const call = get({ host: "127.0.0.1", port: server.port, path: "/metrics", agent: scraper });
    const [response] = await once(call, "response");
    await once(response.resume(), "end");
    return call.reusedSocket;
  };
  await scrape();
  const strangers: Socket[] = [];
  for (let stranger = 0; stranger < 200; stranger += 1) {
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    socket.write(stranger % 2 === 0 ? "" : "GET /metrics HTTP/1.1\r\n");
    strangers.push(socket);
    if (stranger % 20 === 0) expect(await scrape()).toBe(true);
  }
  expect(await request("/healthz")).toEqual([200, "ok\n", PLAIN]);
  for (const socket of strangers) socket.destroy();
  scraper.destroy();
});

it("MetricsServer collects once for calls at the same time", async () => {
  let collected = 0;
  const text = Promise.withResolvers<string>();
  await start({
    metrics: () => {
      collected += 1;
      return text.promise;
    },
  });
  const calls = Array.from({ length: 20 }, () => request("/metrics"));
  await expect.poll(() => collected).toBe(1);
  await request("/healthz");
  text.resolve("a 1\n");
  expect((await Promise.all(calls)).map(([status]) => status)).toEqual(Array(20).fill(200));
  expect(collected).toBeLessThanOrEqual(2);
});
