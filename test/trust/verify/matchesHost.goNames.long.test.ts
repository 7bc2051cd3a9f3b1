import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareConstraints, compareHosts } from "../compareNames.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

/** The number of samples. For more: POSTERN_NAMES=5000. */
const NAMES = Number(process.env.POSTERN_NAMES ?? 300);

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("matchesHost agrees with Go on random hosts and alternative names", ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareHosts(go, NAMES, anySeed()));

it("NameConstraintCheck agrees with Go on random names and constraints", ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareConstraints(go, NAMES, anySeed()));
