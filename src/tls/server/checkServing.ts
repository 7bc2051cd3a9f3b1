import { handshake } from "../../trust/probe/handshake.ts";
import { servedVersions } from "../pair/servedVersions.ts";
import type { TlsFault } from "../TlsError.ts";
import { postSelfTest } from "./postSelfTest.ts";
import type { ServingCheck } from "./ServingCheck.ts";

/**
 * Checks that a server serves a pair: a handshake with each TLS version of this process must show exactly its chain, and the
 * self-test must be answered. Undefined when the check passes. Never throws.
 */
export async function checkServing(check: ServingCheck): Promise<TlsFault | undefined> {
  const { pair, address, port, host, timeoutMs, signal, selfTest } = check;
  const family = address.includes(":") ? 6 : 4;
  const key = pair.leaf.publicKey.kind === "rsa" ? "rsa" : "ecdsa";
  for (const version of servedVersions()) {
    const seen = await handshake({ host, port, timeoutMs, signal }, { address, family, version, key });
    const fault = (words: string): TlsFault => ({
      code: "handshake-failed",
      message: `serial ${pair.leaf.serial}: the check handshake (${version}, ${host}) ${words}`,
    });
    if (!seen.ok)
      return fault(
        `failed: ${seen.message}${seen.code === "not-offered" ? "; check the key usage of the certificate, and the TLS options of the process (such as --tls-cipher-list)" : ""}`,
      );
    if (!seen.finished && seen.wantsClientCertificate !== true) return fault("was interrupted");
    const served = seen.chain.map(({ fingerprint }) => fingerprint).join(" ");
    if (served !== pair.chain.map(({ fingerprint }) => fingerprint).join(" "))
      return fault(`showed another chain, with serial ${seen.chain[0]?.serial}`);
  }
  const words = selfTest === undefined ? undefined : await postSelfTest(check, selfTest);
  if (words === undefined) return undefined;
  return { code: "self-test-failed", message: `serial ${pair.leaf.serial}: the self-test failed: ${words}` };
}
