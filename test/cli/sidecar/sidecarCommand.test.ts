import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-sidecar-"));
const source = join(folder, "source");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const BASE = ["--cert", join(source, "tls.crt"), "--key", join(source, "tls.key"), "--out", join(folder, "out")];
const COMMAND = ["--reload-command", "nginx -s reload"];

it.each([
  [[], "required option '--cert <file>' not specified"],
  [BASE, "name a way to reload: --reload-command, --reload-signal with --pid-file, or --reload-url"],
  [[...BASE, ...COMMAND, "--reload-url", "http://127.0.0.1/"], "--reload-command and --reload-url exclude each other"],
  [
    [...BASE, ...COMMAND, "--reload-signal", "SIGHUP", "--pid-file", "x"],
    "--reload-command and --reload-signal exclude each other",
  ],
  [[...BASE, "--reload-signal", "SIGHUP"], "--reload-signal and --pid-file need each other; --pid-file is missing"],
  [[...BASE, "--pid-file", "x"], "--reload-signal and --pid-file need each other; --reload-signal is missing"],
  [[...BASE, "--reload-signal", "SIGKILL", "--pid-file", "x"], "expected SIGHUP, SIGUSR1, SIGUSR2"],
  [[...BASE, "--reload-signal", "9", "--pid-file", "x"], "expected SIGHUP, SIGUSR1, SIGUSR2"],
  [[...BASE, ...COMMAND, "--standby-cert", "x"], "--standby-cert and --standby-key need each other"],
  [[...BASE, ...COMMAND, "--check-host", "x"], "--check-host needs --check HOST:PORT"],
  [[...BASE, ...COMMAND, "--check", "8443"], "--check expects HOST:PORT"],
  [[...BASE, ...COMMAND, "--check", "127.0.0.1:0"], "--check expects HOST:PORT"],
  [[...BASE, ...COMMAND, "--check", "127.0.0.1:70000"], "--check expects HOST:PORT"],
  [[...BASE, ...COMMAND, "--check", "::1:8443"], "--check expects HOST:PORT"],
  [[...BASE, ...COMMAND, "--check", "https://localhost:8443"], "--check expects HOST:PORT"],
  [[...BASE, "--reload-url", "reload"], "--reload-url expects a URL"],
  [[...BASE, "--reload-url", "ftp://127.0.0.1/"], "--reload-url expects http or https"],
  [[...BASE, "--reload-url", "http://10.0.0.1/"], "--reload-url accepts only this machine"],
  [[...BASE, "--reload-url", "http://127.0.0.1.example.com/"], "--reload-url accepts only this machine"],
  [[...BASE, "--reload-url", "http://user:word@127.0.0.1/"], "--reload-url accepts no user and password"],
  [[...BASE, "--reload-command", "nginx 'x"], "--reload-command contains a quote that is not closed"],
  [[...BASE, "--reload-command", " "], "--reload-command names no program"],
  [[...BASE, ...COMMAND, "--key-mode", "0666"], "expected a mode such as 0600"],
  [[...BASE, ...COMMAND, "--key-mode", "0200"], "expected a mode such as 0600"],
  [[...BASE, ...COMMAND, "--key-mode", "rw"], "expected a mode such as 0600"],
  [[...BASE, ...COMMAND, "--reload-timeout", "0"], "expected a number of seconds from 0.1 to 600"],
  [[...BASE, ...COMMAND, "--check-timeout", "1h"], "expected a number of seconds from 0.1 to 600"],
  [[...BASE, ...COMMAND, "--metrics-port", "http"], "a port is a number from 0 to 65535"],
  [
    [...BASE, ...COMMAND, "--once", "--check", "a:1", "--metrics-port", "1"],
    "--once writes the pair and exits: leave out --reload-command and --check and --metrics-port",
  ],
  [
    ["--cert", "a/tls.crt", "--key", "a/tls.key", "--out", "./a/", ...COMMAND],
    "contains a/tls.crt; name a separate folder",
  ],
  [[...BASE, ...COMMAND], `${source}/tls.crt: does not exist`],
  [[...BASE, "--once"], `${source}/tls.crt: does not exist`],
] as const)("postern tls-sidecar exits with 2 and prints one line for %j", async (args, expected) => {
  const { code, out, err } = await runPostern(["tls-sidecar", ...args]);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(expected);
  expect(err).toMatch(/^postern: .*\n$/);
});

it("postern tls-sidecar exits with 2 when it cannot create the folder", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { code, err } = await runPostern(["tls-sidecar", ...BASE.slice(0, 4), "--out", join(file, "out"), "--once"]);
  expect({ code, err }).toEqual({
    code: 2,
    err: `postern: --out ${file}/out: cannot be written (ENOTDIR); check its permissions and the room on its disk\n`,
  });
});
