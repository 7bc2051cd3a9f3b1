import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";

/**
 * The path of nginx on PATH or in /usr/sbin; undefined when it is not installed. Throws instead when `CI` is set,
 * because tests must not be skipped there.
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
  if (env.CI) throw new Error(`CI is set, but nginx is not on PATH: ${NGINX_HINT}`);
  return undefined;
}

/** How to install nginx. */
export const NGINX_HINT = "it is the package nginx-light of Debian and Ubuntu (apt-get install nginx-light)";
