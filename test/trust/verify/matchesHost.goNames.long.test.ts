import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../anySeed.ts";
import { compareConstraints, compareHosts } from "../compareNames.ts";
import { BUILD_PATIENCE, GoVerifier } from "../GoVerifier.ts";

/** How many of each are made; more by hand: POSTERN_NAMES=5000. */
const NAMES = Number(process.env.POSTERN_NAMES ?? 300);

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("a host matches alternative names as it does for Go", ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareHosts(go, NAMES, anySeed()));

it("alternative names are allowed by name constraints as they are by Go", ({ skip }) =>
  go === undefined ? skip("there is no go to judge by") : compareConstraints(go, NAMES, anySeed()));
