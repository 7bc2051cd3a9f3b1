import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ReloadOutcome } from "../../../src/tls/sidecar/ReloadWay.ts";
import { tellTarget } from "../../../src/tls/sidecar/tellTarget.ts";
import { isRunning } from "../../cli/PosternProcess.ts";
import { freePorts } from "../../cluster/freePorts.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";

const servers: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), "postern-tell-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const deps = { timeoutMs: patience(10_000), signal: new AbortController().signal, fetch };

describe("a command", () => {
  const run = (argv: readonly [string, ...string[]], signal = deps.signal): Promise<ReloadOutcome> =>
    tellTarget({ kind: "command", argv }, { ...deps, signal });

  it.each([
    ["exit code 0", ["true"], { result: "told" }],
    ["another", ["false"], { result: "failed", message: "false: exit code 1" }],
    [
      "what it says last",
      ["sh", "-c", "echo first >&2; echo last >&2; exit 7"],
      { result: "failed", message: "sh: exit code 7: last" },
    ],
    [
      "no such program",
      ["/no/such/program"],
      { result: "failed", message: "/no/such/program: cannot be run (ENOENT)" },
    ],
    ["ended by a signal", ["sh", "-c", "kill -9 $$"], { result: "failed", message: "sh: ended by SIGKILL" }],
    ["much output", ["sh", "-c", "head -c 5000000 /dev/zero >&2"], { result: "told" }],
    ["no shell", ["echo", "$(exit 1)", ";", "false"], { result: "told" }],
  ] as const)("%s", async (_what, argv, expected) => {
    expect(await run(argv)).toEqual(expected);
  });

  it("a child that stays, and holds its outputs, is not waited for", async () => {
    const file = join(folder, "stays");
    const outcome = await run(["sh", "-c", `sleep 987 & echo $! > ${file}; exit 0`]);
    const pid = Number(readFileSync(file, "utf8"));
    const stayed = isRunning(pid);
    if (stayed) process.kill(pid);
    expect([outcome, stayed]).toEqual([{ result: "told" }, true]);
  });

  it("that hangs is ended with what it has started", async () => {
    const file = join(folder, "hangs");
    const argv = ["sh", "-c", `sleep 987 & echo $! > ${file}; wait`] as const;
    const timeoutMs = patience(1_000);
    expect(await tellTarget({ kind: "command", argv }, { ...deps, timeoutMs })).toEqual({
      result: "failed",
      message: `sh: did not end within ${timeoutMs / 1000} s`,
    });
    const pid = Number(readFileSync(file, "utf8"));
    expect(pid).toBeGreaterThan(1);
    await eventually("its child to be gone", () => (isRunning(pid) ? undefined : true));
  });

  it("is called off", async () => {
    const stop = new AbortController();
    const outcome = run(["sleep", "987"], stop.signal);
    stop.abort();
    expect(await outcome).toEqual({ result: "failed", message: "sleep: called off" });
    expect(await run(["true"], stop.signal)).toMatchObject({ result: "failed" });
  });
});

describe("a URL", () => {
  const post = (url: string, { timeoutMs } = deps): Promise<ReloadOutcome> =>
    tellTarget({ kind: "url", url: new URL(url) }, { ...deps, timeoutMs });

  it.each([
    ["200", 200, "told"],
    ["202", 202, "told"],
    ["204", 204, "told"],
    ["a redirect, which is not followed", 302, "failed"],
    ["404", 404, "failed"],
    ["500", 500, "failed"],
  ])("%s", async (_what, status, result) => {
    const methods: unknown[] = [];
    const url = await listen((request, response) => {
      methods.push(request.method);
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(status === 204 ? "" : "text");
    });
    expect(await post(`${url}/reload`)).toMatchObject({ result });
    expect(methods).toEqual(["POST"]);
  });

  it("that does not answer in time", async () => {
    expect(await post(`${await listen(() => undefined)}/reload?token=secret`, { ...deps, timeoutMs: 100 })).toEqual({
      result: "failed",
      message: expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\/reload: no answer in 0\.1 s$/),
    });
  });

  it("whose answer has no end", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(10_000)), 5);
      response.once("close", () => clearInterval(timer));
    });
    expect(await post(url)).toEqual({ result: "told" });
  });

  it("that nobody listens at", async () => {
    const [port] = await freePorts(1);
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
      result: "down",
      message: `POST http://127.0.0.1:${port}/: nothing listens there`,
    });
  });

  it("that hangs up", async () => {
    expect(await post(await listen((request) => request.socket.destroy()))).toMatchObject({ result: "failed" });
  });
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}
