import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * Finds the pebble binary on PATH. Resolves to its path, or to undefined when there is none. Rejects when there is none
 * and `CI` is set, because CI must not skip tests.
 */
export async function pebbleBinary(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    const path = join(folder, "pebble");
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return path;
  }
  if (env.CI) throw new Error(`CI is set, and there is no pebble on PATH: ${PEBBLE_HINT}`);
  return undefined;
}

/** How to install pebble. */
export const PEBBLE_HINT = "install the package pebble of Debian or Ubuntu (apt-get install pebble)";
