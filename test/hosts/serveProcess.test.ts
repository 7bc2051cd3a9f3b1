import { createServer } from "node:net";
import { expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import type { ServeEnv } from "../../src/hosts/serveGate.ts";
import { serveProcess } from "../../src/hosts/serveProcess.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";

const gate = defineGate({ policies: [denyLabels()], clusters: { local: {} } });

async function endOf(env: ServeEnv): Promise<[number, string]> {
  let said = "";
  const code = await serveProcess(gate, { POSTERN_HOST: "127.0.0.1", ...env }, { write: (text) => (said += text) });
  return [code, said];
}

it.each<[string, ServeEnv, RegExp]>([
  ["a port that is none", { POSTERN_PORT: "x" }, /^postern: gate: POSTERN_PORT is not a port: .*\n$/],
  ["a certificate without its key", { POSTERN_CERT: "tls.crt" }, /^postern: POSTERN_KEY is missing.*\n$/],
  [
    "files that are not there",
    { POSTERN_CERT: "/nowhere/a", POSTERN_KEY: "/nowhere/b" },
    /^postern: \/nowhere\/a.*\n$/,
  ],
  [
    "a serial that is none",
    { POSTERN_CERTIFICATE_SERIAL: "12:34" },
    /^postern: gate: POSTERN_CERTIFICATE_SERIAL .*\n$/,
  ],
  ["a key that signs nothing", { POSTERN_SIGNING_KEY: "{}" }, /^postern: .*JWK.*\n$/],
])("%s is one line, and exit code 2", async (_, env, line) => {
  expect(await endOf({ POSTERN_PORT: "0", ...env })).toEqual([2, expect.stringMatching(line)]);
});

it("so is a port that is in use", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = address !== null && typeof address === "object" ? String(address.port) : "";
  try {
    expect(await endOf({ POSTERN_PORT: port })).toEqual([2, expect.stringMatching(/^postern: .*EADDRINUSE.*\n$/)]);
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});
