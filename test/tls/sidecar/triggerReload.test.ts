import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ReloadOutcome } from "../../../src/tls/sidecar/ReloadMethod.ts";
import { triggerReload } from "../../../src/tls/sidecar/triggerReload.ts";
import { isRunning } from "../../cli/PosternProcess.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";

const servers: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), "postern-reload-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
const deps = { timeoutMs: patience(10_000), signal: new AbortController().signal, fetch };

describe("triggerReload by a command", () => {
  const run = (argv: readonly [string, ...string[]], signal = deps.signal): Promise<ReloadOutcome> =>
    triggerReload({ kind: "command", argv }, { ...deps, signal });

  it.each([
    ["succeeds with exit code 0", ["true"], { result: "triggered" }],
    ["fails with exit code 1", ["false"], { result: "failed", message: "false: exit code 1" }],
    [
      "reports the last line of standard error",
      ["sh", "-c", "echo first >&2; echo last >&2; exit 7"],
      { result: "failed", message: "sh: exit code 7: last" },
    ],
    [
      "reports a missing program",
      ["/no/such/program"],
      { result: "failed", message: "/no/such/program: cannot be run (ENOENT)" },
    ],
    [
      "reports a path below a file",
      ["/etc/passwd/x"],
      { result: "failed", message: "/etc/passwd/x: cannot be run (ENOTDIR)" },
    ],
    [
      "reports arguments that are too long",
      ["true", "x".repeat(3_000_000)],
      { result: "failed", message: "true: cannot be run (E2BIG)" },
    ],
    [
      "reports the signal that ended the program",
      ["sh", "-c", "kill -9 $$"],
      { result: "failed", message: "sh: ended by SIGKILL" },
    ],
    ["succeeds with 5 MB of output", ["sh", "-c", "head -c 5000000 /dev/zero >&2"], { result: "triggered" }],
    ["uses no shell", ["echo", "$(exit 1)", ";", "false"], { result: "triggered" }],
  ] as const)("%s", async (_title, argv, expected) => {
    expect(await run(argv)).toEqual(expected);
  });

  it("does not wait for a child that keeps its outputs open", async () => {
    const file = join(folder, "stays");
    const outcome = await run(["sh", "-c", `sleep 987 & echo $! > ${file}; exit 0`]);
    const pid = Number(readFileSync(file, "utf8"));
    const stayed = isRunning(pid);
    if (stayed) process.kill(pid);
    expect([outcome, stayed]).toEqual([{ result: "triggered" }, true]);
  });

  it("kills a command that exceeds the time limit, with its children", async () => {
    const file = join(folder, "hangs");
    const argv = ["sh", "-c", `sleep 987 & echo $! > ${file}; wait`] as const;
    const timeoutMs = patience(1_000);
    expect(await triggerReload({ kind: "command", argv }, { ...deps, timeoutMs })).toEqual({
      result: "failed",
      message: `sh: did not end within ${timeoutMs / 1000} s`,
    });
    const pid = Number(readFileSync(file, "utf8"));
    expect(pid).toBeGreaterThan(1);
    await eventually("its child to end", () => (isRunning(pid) ? undefined : true));
  });

  it("ends early when the signal aborts", async () => {
    const stop = new AbortController();
    const outcome = run(["sleep", "987"], stop.signal);
    stop.abort();
    expect(await outcome).toEqual({ result: "failed", message: "sleep: stopped" });
    expect(await run(["true"], stop.signal)).toMatchObject({ result: "failed" });
  });
});

describe("triggerReload by a URL", () => {
  const post = (url: string, { timeoutMs } = deps): Promise<ReloadOutcome> =>
    triggerReload({ kind: "url", url: new URL(url) }, { ...deps, timeoutMs });

  it.each([
    ["200", 200, "triggered"],
    ["202", 202, "triggered"],
    ["204", 204, "triggered"],
    ["a redirect, without following it", 302, "failed"],
    ["404", 404, "failed"],
    ["500", 500, "failed"],
  ])("sends one POST and judges %s", async (_what, status, result) => {
    const methods: unknown[] = [];
    const url = await listen((request, response) => {
      methods.push(request.method);
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(status === 204 ? "" : "text");
    });
    expect(await post(`${url}/reload`)).toMatchObject({ result });
    expect(methods).toEqual(["POST"]);
  });

  it("fails when there is no answer in time, and hides the query of the URL", async () => {
    expect(await post(`${await listen(() => undefined)}/reload?token=secret`, { ...deps, timeoutMs: 100 })).toEqual({
      result: "failed",
      message: expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+\/reload: no answer in 0\.1 s$/),
    });
  });

  it("succeeds although the answer has no end", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x".repeat(10_000)), 5);
      response.once("close", () => clearInterval(timer));
    });
    expect(await post(url)).toEqual({ result: "triggered" });
  });

  it("reports a refused connection as down", async () => {
    const [port] = await freePorts(1);
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
      result: "down",
      message: `POST http://127.0.0.1:${port}/: connection refused`,
    });
  });

  it("reports an answer that is not HTTP", async () => {
    const url = await listen((request) => request.socket.end("zzzz\r\n\r\n"));
    expect(await post(`${url}/`)).toEqual({ result: "failed", message: `POST ${url}/: no valid answer` });
  });

  it("fails when the server closes the connection without an answer", async () => {
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
