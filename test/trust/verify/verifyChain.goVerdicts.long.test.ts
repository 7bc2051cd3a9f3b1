import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareVerdicts } from "../compareVerdicts.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

/** How many chains are made; more by hand: POSTERN_CHAINS=5000. */
const CHAINS = Number(process.env.POSTERN_CHAINS ?? 400);

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it(`verifyChain never says ok where Go's crypto/x509 does not, on ${CHAINS} chains of every kind`, ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareVerdicts(go, CHAINS, anySeed()));
