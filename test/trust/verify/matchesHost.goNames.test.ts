import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareConstraints, compareHosts } from "../compareNames.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("a host matches alternative names as it does for Go", ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareHosts(go, 120, anySeed()));

it("alternative names are allowed by name constraints as they are by Go", ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareConstraints(go, 120, anySeed()));
