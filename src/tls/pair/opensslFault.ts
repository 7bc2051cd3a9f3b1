import { createSecureContext } from "node:tls";
import type { TlsFault } from "../TlsError.ts";
import type { LoadedPair } from "./LoadedPair.ts";
import { lowestVersion } from "./servedVersions.ts";

/** Pairs that OpenSSL accepted. A context takes about 100 KB outside the heap, and polls are frequent. */
const accepted = new WeakSet<LoadedPair>();

/** Checks before the swap whether OpenSSL accepts a pair. Undefined when it does. */
export function opensslFault(pair: LoadedPair): TlsFault | undefined {
  const { certPem, keyPem, paths } = pair;
  if (accepted.has(pair)) return undefined;
  try {
    createSecureContext({ cert: certPem, key: keyPem, minVersion: lowestVersion() });
    accepted.add(pair);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    return { code: "unusable", message: `${paths.cert}, ${paths.key}: OpenSSL cannot use them together (${code})` };
  }
}
