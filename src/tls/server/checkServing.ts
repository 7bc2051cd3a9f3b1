import { handshake } from "../../trust/probe/handshake.ts";
import type { TlsVersion } from "../../trust/probe/Observation.ts";
import type { TlsFault } from "../TlsError.ts";
import { postSelfTest } from "./postSelfTest.ts";
import type { ServingCheck } from "./ServingCheck.ts";

const VERSIONS: readonly TlsVersion[] = ["TLSv1.3", "TLSv1.2"];

/**
 * Whether a server really serves a pair: a handshake by each TLS version has to bring exactly its chain, and a review
 * posted through it has to be judged. Undefined when all is well; never throws.
 */
export async function checkServing(check: ServingCheck): Promise<TlsFault | undefined> {
  const { pair, address, port, host, timeoutMs, signal, selfTest } = check;
  const family = address.includes(":") ? 6 : 4;
  const key = pair.leaf.publicKey.kind === "rsa" ? "rsa" : "ecdsa";
  for (const version of VERSIONS) {
    const seen = await handshake({ host, port, timeoutMs, signal }, { address, family, version, key });
    const fault = (words: string): TlsFault => ({
      code: "handshake-failed",
      message: `serial ${pair.leaf.serial}: a handshake with ourselves (${version}, ${host}) ${words}`,
    });
    if (!seen.ok) return fault(`failed: ${seen.message}`);
    if (!seen.finished) return fault("was broken off");
    const served = seen.chain.map(({ fingerprint }) => fingerprint).join(" ");
    if (served !== pair.chain.map(({ fingerprint }) => fingerprint).join(" "))
      return fault(`brought another chain, of serial ${seen.chain[0]?.serial}`);
  }
  const words = selfTest === undefined ? undefined : await postSelfTest(check, selfTest);
  if (words === undefined) return undefined;
  return { code: "self-test-failed", message: `serial ${pair.leaf.serial}: a review posted to ourselves: ${words}` };
}
