import { afterAll, beforeAll, it } from "vitest";
import { anySeed } from "../../trust/anySeed.ts";
import { BUILD_PATIENCE, GoVerifier } from "../../trust/GoVerifier.ts";
import { comparePaths } from "./comparePaths.ts";

/** The number of files. For more: POSTERN_CHAINS=5000. */
const FILES = Number(process.env.POSTERN_CHAINS ?? 400);

let go: GoVerifier | undefined;
beforeAll(async () => {
  go = await GoVerifier.shared();
}, BUILD_PATIENCE);
afterAll(() => go?.remove());

it(`verifyPair accepts those of ${FILES} random files that Go accepts, until the same second`, ({ skip }) =>
  go === undefined ? skip("go is not installed") : comparePaths(go, FILES, anySeed()));
