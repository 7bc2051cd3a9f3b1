import { Host } from "../protocol/Host.ts";
import type { PairPaths } from "./pair/readSnapshot.ts";
import { TlsConfigError } from "./TlsConfigError.ts";
import type { TlsSettings } from "./TlsSettings.ts";

/** Environment variables of a serving certificate. */
export interface TlsEnv {
  /** PEM file: the certificate chain, leaf first. */
  readonly POSTERN_CERT?: string | undefined;
  /** PEM file: the private key of the leaf. */
  readonly POSTERN_KEY?: string | undefined;
  /** A second pair, served while the main one cannot be. */
  readonly POSTERN_STANDBY_CERT?: string | undefined;
  readonly POSTERN_STANDBY_KEY?: string | undefined;
  /** PEM file: the roots that clients trust. A chain must lead to one of them. */
  readonly POSTERN_CA?: string | undefined;
  /** Comma-separated DNS names and IP addresses that a certificate must cover. */
  readonly POSTERN_TLS_HOSTS?: string | undefined;
  readonly POSTERN_TLS_POLL_SECONDS?: string | undefined;
  readonly POSTERN_TLS_DRAIN_SECONDS?: string | undefined;
  /** `1`: an older certificate may replace a younger one. */
  readonly POSTERN_TLS_ALLOW_OLDER?: string | undefined;
  /** `1`: a single certificate may be served although its issuer is unknown. */
  readonly POSTERN_TLS_ALLOW_LEAF_ONLY?: string | undefined;
  readonly POSTERN_RENEWING_FILE?: string | undefined;
}

/** Options of a command. Each takes precedence over its environment variable. */
export interface GivenTls {
  /** Path of a PEM file. */
  readonly cert: string;
  readonly key: string;
  /** Taken into account only with `standbyKey`. */
  readonly standbyCert?: string | undefined;
  readonly standbyKey?: string | undefined;
  /** Comma-separated names and addresses. */
  readonly hosts?: string | undefined;
}

/** One day. A longer value is a mistake, and setTimeout cannot wait longer than 24 days. */
const MAX_SECONDS = 86_400;
const MIN_POLL_SECONDS = 0.05;

/** Settings from the environment; undefined without a certificate. Throws {@link TlsConfigError}. */
export function readTlsEnv(env: TlsEnv): TlsSettings | undefined {
  const main = readPaths("POSTERN_CERT", env.POSTERN_CERT, "POSTERN_KEY", env.POSTERN_KEY);
  if (main !== undefined) return readTlsSettings(main, env);
  if (readStandby(env) !== undefined)
    throw new TlsConfigError("POSTERN_STANDBY_CERT", "needs a main certificate: set POSTERN_CERT too");
  return undefined;
}

/** Settings from a command's options, completed from the environment. Throws {@link TlsConfigError}. */
export function readTlsSettings(given: GivenTls, env: TlsEnv): TlsSettings {
  const { cert, key, standbyCert, standbyKey, hosts } = given;
  const hasStandby = standbyCert !== undefined && standbyKey !== undefined;
  return {
    main: { cert, key },
    standby: hasStandby ? { cert: standbyCert, key: standbyKey } : readStandby(env),
    rules: {
      hosts: hosts === undefined ? readHosts("POSTERN_TLS_HOSTS", env.POSTERN_TLS_HOSTS) : readHosts("--hosts", hosts),
      allowLeafOnly: readSwitch("POSTERN_TLS_ALLOW_LEAF_ONLY", env.POSTERN_TLS_ALLOW_LEAF_ONLY),
    },
    caFile: env.POSTERN_CA,
    allowOlder: readSwitch("POSTERN_TLS_ALLOW_OLDER", env.POSTERN_TLS_ALLOW_OLDER),
    renewingFile: env.POSTERN_RENEWING_FILE,
    pollMs: readSecondsAsMs("POSTERN_TLS_POLL_SECONDS", env.POSTERN_TLS_POLL_SECONDS, MIN_POLL_SECONDS),
    drainMs: readSecondsAsMs("POSTERN_TLS_DRAIN_SECONDS", env.POSTERN_TLS_DRAIN_SECONDS, 0),
  };
}

/** Refuses what no URL can have as its host: no certificate would do, and the reason would be hard to see. */
function readHosts(name: string, text = ""): readonly string[] {
  const hosts = text
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
  const wrong = hosts.find((host) => !Host.canParse(host));
  if (wrong !== undefined)
    throw new TlsConfigError(
      name,
      `contains ${JSON.stringify(wrong)}, which cannot be the host of a URL; expected names and addresses, without scheme, port, path or zone`,
    );
  return hosts;
}

function readStandby(env: TlsEnv): PairPaths | undefined {
  return readPaths("POSTERN_STANDBY_CERT", env.POSTERN_STANDBY_CERT, "POSTERN_STANDBY_KEY", env.POSTERN_STANDBY_KEY);
}

function readPaths(
  certName: string,
  cert: string | undefined,
  keyName: string,
  key: string | undefined,
): PairPaths | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new TlsConfigError(cert === undefined ? certName : keyName, "is missing: set certificate and key together");
  return { cert, key };
}

/** Refuses unknown words: each switch allows a certificate that is refused otherwise. */
function readSwitch(name: string, text = ""): boolean {
  if (text === "1" || text === "true") return true;
  if (text === "" || text === "0" || text === "false") return false;
  throw new TlsConfigError(name, "expects 1 for yes, or 0 or nothing for no");
}

function readSecondsAsMs(name: string, text: string | undefined, min: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds < min || seconds > MAX_SECONDS)
    throw new TlsConfigError(name, `is not a number of seconds from ${min} to ${MAX_SECONDS}`);
  return seconds * 1000;
}
