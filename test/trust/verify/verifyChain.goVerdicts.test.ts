import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareVerdicts } from "../compareVerdicts.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("verifyChain never says ok where Go's crypto/x509 does not, on chains of every kind", ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareVerdicts(go, 120, anySeed()));
