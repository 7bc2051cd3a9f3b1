import type { JWK } from "jose";
import { stringify } from "yaml";
import { patience } from "../../../run/speedFactor.ts";
import type { TrustedCa } from "../../edges/GateEdge.ts";

/**
 * Long timeouts, so that no run fails on a slow machine. Only the Lease is short: that of a killed run expires soon,
 * and no other run competes with a running one.
 */
const TIMEOUTS = {
  handshake: configDuration(patience(2_000)),
  probe: configDuration(patience(20_000)),
  canary: configDuration(patience(10_000)),
  lease: "1s",
};

/** Input of a sync config. */
export interface SyncConfigInput {
  readonly roots: readonly TrustedCa[];
  readonly url?: string;
  readonly soak?: string;
  /** Further members of the config. */
  readonly more?: ConfigMembers;
}

/** Members of a sync config. `timeouts` override those of the bed. */
export interface ConfigMembers {
  readonly timeouts?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** Formats a duration for the sync config. */
export function configDuration(durationMs: number): string {
  // A duration in the config has at most six digits.
  return durationMs < 1_000_000 ? `${durationMs}ms` : `${Math.ceil(durationMs / 1000)}s`;
}

/** Returns the contents of a sync config and of its root files, by file name. `publicKey` verifies the self-tests. */
export function syncConfigFiles(
  { roots, url, soak = "1s", more: { timeouts = {}, ...more } = {} }: SyncConfigInput,
  publicKey: JWK,
): Record<string, string> {
  const files = Object.fromEntries(roots.map(({ root }, index) => [`root-${index}.pem`, root]));
  const config = {
    gate: "postern",
    cluster: "e2e",
    ...(url === undefined ? {} : { url }),
    trust: { mode: "pin", roots: Object.keys(files).map((name) => `./${name}`) },
    selfTest: { publicKey: publicKey },
    soak,
    jitter: "0s",
    hosts: ["127.0.0.1"],
    timeouts: { ...TIMEOUTS, ...timeouts },
    ...more,
  };
  return { ...files, "sync.yaml": stringify(config) };
}
