import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * The path of pebble on PATH; undefined where there is none, and an error where `CI` is set as well, for there nothing is
 * to be passed over in silence.
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

/** What to do without one. */
export const PEBBLE_HINT = "it is the package pebble of Debian and Ubuntu (apt-get install pebble)";
