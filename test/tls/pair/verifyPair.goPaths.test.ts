import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../../trust/anySeed.ts";
import { BUILD_PATIENCE, GoVerifier } from "../../trust/GoVerifier.ts";
import { comparePaths } from "./comparePaths.ts";

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it("verifyPair accepts the random files that Go accepts, until the same second", ({ skip }) =>
  go === undefined ? skip("go is not installed") : comparePaths(go, 80, anySeed()));
