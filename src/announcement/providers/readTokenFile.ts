import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { isAbsolute, parse, relative, resolve } from "node:path";
import { ProviderError } from "./ProviderError.ts";

/** Where the Pods of Postern mount the tokens of providers. The ServiceAccount's own token is in another folder. */
export const TOKEN_FOLDER = "/var/run/secrets/postern";
/** The environment variable that names another folder. A config cannot set it. */
export const TOKEN_FOLDER_VARIABLE = "POSTERN_TOKEN_FOLDER";

const MAX_TOKEN_BYTES = 16 * 1024;

/** Where token files may be. */
export interface TokenPlaces {
  /** Relative paths start here. */
  readonly base: string;
  /** Every file must be below one of these, after symbolic links are resolved. */
  readonly folders: readonly string[];
}

/** The folder for token files of an environment. */
export function tokenFolderOf(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env[TOKEN_FOLDER_VARIABLE]?.trim() ?? "";
  return folder === "" ? TOKEN_FOLDER : resolve(folder);
}

/**
 * Reads a token file that a config names. Whoever writes a config names any path: only a regular file below one of the folders
 * is read, of at most 16 KiB. The links of a mounted Secret (`..data`) stay inside its folder. Throws {@link ProviderError}
 * `missing-secret`, without anything of the content.
 */
export async function readTokenFile(path: string, { base, folders }: TokenPlaces): Promise<string> {
  const fail = (fault: string, cause?: unknown): never => {
    throw new ProviderError("missing-secret", `${path} ${fault}`, cause);
  };
  const real = await realpath(resolve(base, path)).catch((error: unknown) => fail("is empty or cannot be read", error));
  const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  if (!allowed.some((folder) => folder !== undefined && isBelow(folder, real)))
    return fail(
      `is not below ${folders.join(" or ")}: a token is only read from there; mount it there, or set ${TOKEN_FOLDER_VARIABLE}`,
    );
  // Without waiting for the writer of a pipe.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const file = await open(real, flags).catch((error: unknown) => fail("is empty or cannot be read", error));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return fail("is not a regular file");
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_TOKEN_BYTES + 1), 0, MAX_TOKEN_BYTES + 1, 0);
    if (bytesRead > MAX_TOKEN_BYTES) return fail(`has more than ${MAX_TOKEN_BYTES} bytes, which no token has`);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The root of a file system is no folder for tokens: all files are below it. */
function isBelow(folder: string, file: string): boolean {
  const path = relative(folder, file);
  const isInside = path !== "" && path !== ".." && !/^\.\.[/\\]/.test(path) && !isAbsolute(path);
  return isInside && folder !== parse(folder).root;
}
