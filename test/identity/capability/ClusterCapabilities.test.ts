import type { JWK } from "jose";
import { expect, it } from "vitest";
import { keySetText } from "../../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import { capability } from "../../../src/identity/capability/capability.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { TestIssuer } from "../jwt/TestIssuer.ts";
import { AUDIENCE, SYNC } from "./CapabilityBed.ts";

const ISSUER = "https://issuer.example.com";
const START_MS = Date.parse("2026-11-30T00:00:00Z");
const HOUR_MS = 3_600_000;

it.each<[what: string, pauseMs: number, isDown: boolean, expected: string]>([
  ["5 min after the issuer withdrew its key", HOUR_MS / 12, false, "issued"],
  ["12 h after it, as the next call", 12 * HOUR_MS, false, "unknown-key"],
  ["12 h after it, while the issuer is down", 12 * HOUR_MS, true, "issued"],
  ["25 h after it, while the issuer is down", 25 * HOUR_MS, true, "keys-unavailable"],
])("ClusterCapabilities.issue answers a token %s", async (_, pauseMs, isDown, expected) => {
  const [old, fresh] = [
    await TestIssuer.create(ISSUER, "ES256", "old"),
    await TestIssuer.create(ISSUER, "ES256", "new"),
  ];
  let nowMs = START_MS;
  let answer: readonly JWK[] | undefined = [old.jwk];
  const background: Promise<void>[] = [];
  const started = capability().start({
    now: () => nowMs,
    log: memoryLog(),
    fetch: async () => (answer === undefined ? new Response("", { status: 500 }) : Response.json({ keys: answer })),
    env: { POSTERN_CAPABILITY_KEYS: keySetText([await makeKey("EdDSA", START_MS)]) },
    hasRegistration: () => true,
  });
  const tier = started.forCluster("production", { tier: "capability", issuer: ISSUER, jwksUrl: `${ISSUER}/keys` });
  const ask = async (): Promise<string | undefined> => {
    const iat = nowMs / 1_000;
    const token = await old.sign({ sub: SYNC, aud: AUDIENCE, iat, exp: iat + 600 });
    const authorization = `Bearer ${token}`;
    const issued = await tier.issue?.({
      authorization,
      audience: AUDIENCE,
      background: (work) => background.push(work),
    });
    return typeof issued === "object" ? "issued" : issued;
  };
  expect(await ask()).toBe("issued");
  answer = isDown ? undefined : [fresh.jwk];
  nowMs += pauseMs;
  expect(await ask()).toBe(expected);
  // Else a Worker ends the fetch together with a call that is given up.
  expect(background.length).toBe(pauseMs > HOUR_MS && pauseMs < 24 * HOUR_MS ? 1 : 0);
  await Promise.all(background);
});
