import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareConstraints, compareHosts } from "../compareNames.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("matchesHost agrees with Go on random hosts and alternative names", ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareHosts(go, 120, anySeed()));

it("NameConstraintCheck agrees with Go on random names and constraints", ({ skip }) =>
  go === undefined ? skip("go is not installed") : compareConstraints(go, 120, anySeed()));
