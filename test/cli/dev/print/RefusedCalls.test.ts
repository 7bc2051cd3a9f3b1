import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RefusedCalls } from "../../../../src/cli/dev/print/RefusedCalls.ts";
import type { Terminal } from "../../../../src/cli/terminal/Terminal.ts";

let out = "";
let refused: RefusedCalls;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5) });
  out = "";
  const stdout = { write: (text: string) => (out += text) };
  const terminal: Terminal = { stdout, stderr: stdout, stdin: (async function* () {})(), env: {} };
  refused = new RefusedCalls(terminal, Date.now);
});
afterEach(() => {
  refused.stop();
  vi.useRealTimers();
});
const lines = (): string[] => out.split("\n").slice(0, -1);

it.each<[what: string, call: Parameters<RefusedCalls["add"]>[0], line: string]>([
  [
    "an unknown cluster",
    { status: 401, code: "unauthenticated", path: "/c/nope/validate" },
    "03:04:05  refused     401 unauthenticated  /c/{cluster}/validate nope",
  ],
  [
    "an answer without a code",
    { status: 500, code: undefined, path: "/healthz" },
    "03:04:05  refused     500  /healthz",
  ],
  [
    "a path with a capability",
    { status: 404, code: "not-found", path: "/k/hunter2/c/local/validate" },
    "03:04:05  refused     404 not-found  /k/{token}/c/{cluster}/validate local",
  ],
  [
    "a path that is none of a gate",
    { status: 404, code: "not-found", path: "/hunter2\u001b[2J\n" },
    "03:04:05  refused     404 not-found  /{other}",
  ],
  [
    "a long name",
    { status: 404, code: "not-found", path: `/c/${"x".repeat(200)}/validate` },
    `03:04:05  refused     404 not-found  /c/{cluster}/validate ${"x".repeat(20)}…`,
  ],
])("RefusedCalls prints %s", (_what, call, line) => {
  refused.add(call);
  expect(lines()).toEqual([line]);
  expect(line.length).toBeLessThanOrEqual(80);
});

it.each<[code: string, text: string]>([
  ["ERR_SSL_HTTP_REQUEST", "http: the client calls http://, not https://"],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "TLS: the client does not trust the CA of postern dev"],
  ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", "TLS: the client does not trust the CA of postern dev"],
  ["ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", "TLS: the client does not trust the CA of postern dev"],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", "TLS: the client is older than TLS 1.2, which is needed"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS: the client does not speak TLS"],
  ["ERR_SSL_NO_SHARED_CIPHER", "TLS: no shared cipher"],
])("RefusedCalls says why the handshake failed: %s", (code, text) => {
  refused.addTlsError(Object.assign(new Error("x"), { code }));
  expect(lines()).toEqual([`03:04:05  refused     ${text}`]);
});

it("RefusedCalls says nothing of a connection that only ends", () => {
  refused.addTlsError(Object.assign(new Error("x"), { code: "ECONNRESET" }));
  refused.addTlsError(new Error("socket hang up"));
  expect(out).toBe("");
});

it("RefusedCalls counts a flood, and prints again after it", () => {
  const call = { status: 404, code: "not-found", path: "/healthz" };
  for (let index = 0; index < 1000; index += 1) refused.add(call);
  expect(lines().length).toBe(10);
  vi.advanceTimersByTime(6_000);
  expect(lines().slice(10)).toEqual(["03:04:10  refused     990 more in the last 5 s"]);
  refused.add(call);
  expect(lines().slice(11)).toEqual(["03:04:11  refused     404 not-found  /healthz"]);
  for (let index = 0; index < 11; index += 1) refused.add(call);
  refused.stop();
  expect(lines().at(-1)).toBe("03:04:11  refused     2 more in the last 5 s");
});
