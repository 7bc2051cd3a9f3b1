import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * The path of nginx on PATH, or where Debian keeps it; undefined where there is none, and an error where `CI` is set as
 * well, for there nothing is to be passed over in silence.
 */
export async function nginxBinary(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  for (const folder of [...(env.PATH ?? "").split(delimiter), "/usr/sbin"]) {
    const path = join(folder, "nginx");
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return path;
  }
  if (env.CI) throw new Error(`CI is set, and there is no nginx on PATH: ${NGINX_HINT}`);
  return undefined;
}

/** What to do without one. */
export const NGINX_HINT = "it is the package nginx-light of Debian and Ubuntu (apt-get install nginx-light)";
