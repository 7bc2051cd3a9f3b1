import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareVerdicts } from "../compareVerdicts.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

/** The number of chains. For more: POSTERN_CHAINS=5000. */
const CHAINS = Number(process.env.POSTERN_CHAINS ?? 400);

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it(`verifyChain never accepts one of ${CHAINS} random chains if Go rejects it`, ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareVerdicts(go, CHAINS, anySeed()));
