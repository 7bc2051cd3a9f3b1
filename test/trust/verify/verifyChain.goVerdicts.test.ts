import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareVerdicts } from "../compareVerdicts.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("verifyChain never accepts a random chain that Go rejects", ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareVerdicts(go, 120, anySeed()));
