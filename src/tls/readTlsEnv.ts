import { RootsFile } from "./pair/RootsFile.ts";
import type { PairPaths } from "./pair/readSnapshot.ts";
import { TlsConfigError } from "./TlsConfigError.ts";
import type { TlsOptions } from "./TlsOptions.ts";

/** The part of the environment that says what is served, and how it is kept. */
export interface TlsEnv {
  /** Files in PEM: the chain, leaf first, and its key. */
  readonly POSTERN_CERT?: string | undefined;
  readonly POSTERN_KEY?: string | undefined;
  /** A second pair, for when the first cannot be served. */
  readonly POSTERN_STANDBY_CERT?: string | undefined;
  readonly POSTERN_STANDBY_KEY?: string | undefined;
  /** Roots in PEM that clients trust; a chain has to lead to one of them. */
  readonly POSTERN_CA?: string | undefined;
  /** Names and addresses, with commas between them, that a certificate has to be for. */
  readonly POSTERN_TLS_HOSTS?: string | undefined;
  readonly POSTERN_TLS_POLL_SECONDS?: string | undefined;
  readonly POSTERN_TLS_DRAIN_SECONDS?: string | undefined;
  /** `1`: an older certificate may take the place of a younger one. */
  readonly POSTERN_TLS_ALLOW_OLDER?: string | undefined;
  /** `1`: a certificate may stand alone whose issuer is not known. */
  readonly POSTERN_TLS_ALLOW_LEAF_ONLY?: string | undefined;
  readonly POSTERN_RENEWING_FILE?: string | undefined;
}

/** A day: longer is a mistake, and setTimeout cannot count beyond 24. In seconds. */
const MOST_SECONDS = 86_400;

/**
 * Reads what a serving certificate is kept by; undefined without one. Throws {@link TlsConfigError} for what makes no sense,
 * and TlsError or TrustError for roots that cannot be read.
 */
export async function readTlsEnv(
  env: TlsEnv,
  deps: Pick<TlsOptions, "log" | "metrics" | "now" | "selfTest">,
): Promise<TlsOptions | undefined> {
  const main = readPaths("POSTERN_CERT", env.POSTERN_CERT, "POSTERN_KEY", env.POSTERN_KEY);
  const standby = readPaths(
    "POSTERN_STANDBY_CERT",
    env.POSTERN_STANDBY_CERT,
    "POSTERN_STANDBY_KEY",
    env.POSTERN_STANDBY_KEY,
  );
  if (main === undefined) {
    if (standby !== undefined)
      throw new TlsConfigError("POSTERN_STANDBY_CERT", "needs a main certificate beside it, POSTERN_CERT");
    return undefined;
  }
  const rootsFile = env.POSTERN_CA === undefined ? undefined : new RootsFile(env.POSTERN_CA, deps.log);
  await rootsFile?.read();
  return {
    ...deps,
    main,
    standby,
    rules: {
      hosts: (env.POSTERN_TLS_HOSTS ?? "")
        .split(",")
        .map((host) => host.trim())
        .filter((host) => host !== ""),
      allowLeafOnly: readSwitch("POSTERN_TLS_ALLOW_LEAF_ONLY", env.POSTERN_TLS_ALLOW_LEAF_ONLY),
    },
    rootsFile,
    allowOlder: readSwitch("POSTERN_TLS_ALLOW_OLDER", env.POSTERN_TLS_ALLOW_OLDER),
    renewingFile: env.POSTERN_RENEWING_FILE,
    pollMs: readSeconds("POSTERN_TLS_POLL_SECONDS", env.POSTERN_TLS_POLL_SECONDS, 0.05),
    drainMs: readSeconds("POSTERN_TLS_DRAIN_SECONDS", env.POSTERN_TLS_DRAIN_SECONDS, 0),
  };
}

function readPaths(
  certName: string,
  cert: string | undefined,
  keyName: string,
  key: string | undefined,
): PairPaths | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new TlsConfigError(cert === undefined ? certName : keyName, "is missing; certificate and key come together");
  return { cert, key };
}

/** A word that is not known is refused: each of these lets something be served that is not otherwise. */
function readSwitch(name: string, text = ""): boolean {
  if (text === "1" || text === "true") return true;
  if (text === "" || text === "0" || text === "false") return false;
  throw new TlsConfigError(name, "expects 1, or 0 or nothing for no");
}

/** In milliseconds. */
function readSeconds(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < least || seconds > MOST_SECONDS)
    throw new TlsConfigError(name, `is not a number of seconds from ${least} to ${MOST_SECONDS}`);
  return seconds * 1000;
}
