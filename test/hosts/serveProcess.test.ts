import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import type { ServeEnv } from "../../src/hosts/serveGate.ts";
import { serveProcess } from "../../src/hosts/serveProcess.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";

const gate = defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } } });

async function resultOf(env: ServeEnv): Promise<[code: number, stderr: string]> {
  let written = "";
  const code = await serveProcess(
    gate,
    { POSTERN_HOST: "127.0.0.1", ...env },
    {
      stderr: { write: (text) => (written += text) },
    },
  );
  return [code, written];
}

it.each<[string, ServeEnv, RegExp]>([
  ["a port that is not a number", { POSTERN_PORT: "x" }, /^postern: gate: POSTERN_PORT is not a port; .*\n$/],
  ["a certificate without its key", { POSTERN_CERT: "tls.crt" }, /^postern: POSTERN_KEY is missing.*\n$/],
  ["files that do not exist", { POSTERN_CERT: "/nowhere/a", POSTERN_KEY: "/nowhere/b" }, /^postern: \/nowhere\/a.*\n$/],
  [
    "a serial that is not hex",
    { POSTERN_CERTIFICATE_SERIAL: "12:34" },
    /^postern: gate: POSTERN_CERTIFICATE_SERIAL .*\n$/,
  ],
  [
    "a CA file that is not PEM",
    {
      POSTERN_CERT: "/nowhere/a",
      POSTERN_KEY: "/nowhere/b",
      POSTERN_CA: fileURLToPath(new URL("serveProcess.test.ts", import.meta.url)),
    },
    /^postern: .*serveProcess\.test\.ts:1: no certificate.*\n$/,
  ],
  ["a signing key without its parts", { POSTERN_SIGNING_KEY: "{}" }, /^postern: .*JWK.*\n$/],
])("serveProcess prints one line and exits with 2 for %s", async (_, env, line) => {
  expect(await resultOf({ POSTERN_PORT: "0", ...env })).toEqual([2, expect.stringMatching(line)]);
});

it("serveProcess prints one line and exits with 2 for a port that is in use", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = address !== null && typeof address === "object" ? String(address.port) : "";
  try {
    expect(await resultOf({ POSTERN_PORT: port })).toEqual([2, expect.stringMatching(/^postern: .*EADDRINUSE.*\n$/)]);
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});
