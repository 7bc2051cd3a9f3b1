import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import type { CapabilityKey } from "../../../src/identity/capability/readKeySet.ts";
import { AUDIENCE, claimsFrom, headerOf, ISSUER, ServiceAccountIssuer, START_MS, signed } from "./CapabilityBed.ts";
import type { WorkerQuestion } from "./capabilityWorker.ts";

let miniflare: Miniflare;
let url: URL;
beforeAll(async () => {
  const entry = fileURLToPath(new URL("capabilityWorker.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]?.text ?? "",
      compatibilityDate: COMPATIBILITY_DATE,
      host: "127.0.0.1",
      port: 0,
    }),
  );
  url = await miniflare.ready;
});
afterAll(() => miniflare.dispose());

const issuer = await ServiceAccountIssuer.create();
const settings = { tier: "capability", issuer: ISSUER, keys: issuer.jwks };

async function ask(keys: readonly CapabilityKey[], more: Partial<WorkerQuestion>): Promise<Record<string, unknown>> {
  const question: WorkerQuestion = { keys: keySetText(keys), nowMs: START_MS, settings, ...more };
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(question) });
  const { result, lines } = (await answer.json()) as { readonly result: unknown; readonly lines: readonly string[] };
  return { result, log: lines.map((line) => JSON.parse(line)) };
}

it.each([["EdDSA" as const], ["ES256" as const]])(
  "under workerd, an %s capability is issued, accepted and refused",
  async (alg) => {
    const keys = [await makeKey(alg, START_MS), await makeKey(alg, START_MS)];
    const [key] = keys as [CapabilityKey];
    const { result } = await ask(keys, { authorization: `Bearer ${await issuer.token()}`, audience: AUDIENCE });
    const { token } = result as { token: string };
    expect(await ask(keys, { token })).toMatchObject({ result: { outcome: "accepted" } });
    // Another instance, as Node, signs the same.
    const fromNode = await signed(key, headerOf(key), claimsFrom());
    expect(await ask(keys, { token: fromNode })).toMatchObject({ result: { outcome: "accepted" } });
    const forged = await signed({ ...(await makeKey(alg, START_MS)), kid: key.kid }, headerOf(key), claimsFrom());
    expect(await ask(keys, { token: forged })).toMatchObject({
      result: { outcome: "refused", reason: "bad-signature" },
    });
    const other = await signed(key, headerOf(key), claimsFrom({ cluster: "staging" }));
    expect(await ask(keys, { token: other })).toMatchObject({
      result: { outcome: "refused", reason: "wrong-cluster" },
    });
  },
);

it("under workerd, which imports such a key, nothing is issued with a private part of another key", async () => {
  const [key, other] = [await makeKey("EdDSA", START_MS), await makeKey("EdDSA", START_MS)];
  const authorization = `Bearer ${await issuer.token()}`;
  expect(await ask([{ ...key, d: other.d }], { authorization, audience: AUDIENCE })).toMatchObject({
    result: "keys-unavailable",
    log: [{ kid: key.kid, fault: "the private part of the key does not belong to its public part" }],
  });
});
