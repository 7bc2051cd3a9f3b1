import { Host } from "../../protocol/Host.ts";
import { type EndpointView, servedChains } from "../../trust/probe/EndpointView.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Observation } from "./Observation.ts";
import type { Finding } from "./Step.ts";

/** What would become of calls to an endpoint with a bundle in force. */
export interface EndpointCheck {
  /** Whether at least one address served a chain, and all that were served verify. */
  readonly isFine: boolean;
  /** The worst of what is wrong, where it is not fine. */
  readonly finding: Finding | undefined;
  /** Addresses that served nothing, and why. */
  readonly silent: readonly string[];
}

/** The view of an endpoint, empty where it was not looked at. */
export function endpointAt({ endpoints }: Observation, base: string): EndpointView {
  return endpoints.find((endpoint) => endpoint.base === base) ?? { base, handshakes: [], fault: "it was not probed" };
}

/**
 * Verifies every chain that an endpoint serves as the API server would. Without roots, which is the trust of the API
 * server's own host, only names and dates can be looked at: who signed the chain is for the canary to tell.
 */
export function checkEndpoint(view: EndpointView, roots: readonly Certificate[], now: number): EndpointCheck {
  const host = Host.ofUrl(view.base).name;
  const silent = view.handshakes.flatMap((it) => ("fault" in it ? [`${it.address}: ${it.fault}`] : []));
  let served = 0;
  for (const handshake of view.handshakes) {
    if (!("chain" in handshake)) continue;
    served += 1;
    const anchors = roots.length > 0 ? roots : assumedAnchors(handshake.chain);
    const verification = verifyChain({ served: handshake.chain, anchors, host, now });
    if (verification.ok) continue;
    const code = verification.code === "unknown-authority" ? "unanchored" : "refused-chain";
    const message = `${handshake.address} serves what the API server would refuse: ${verification.message}`;
    return { isFine: false, silent, finding: { code, about: view.base, message } };
  }
  if (served > 0) return { isFine: true, silent, finding: undefined };
  const why = [view.fault, ...silent].filter((it) => it !== undefined).join("; ") || "it has no address";
  return { isFine: false, silent, finding: { code: "unreachable", about: view.base, message: `no answer: ${why}` } };
}

/**
 * What stands for the roots of a host that are not known: whatever was served above the leaf. Not the last one alone, for
 * it may be a stranger, or a cross-sign that ran out while the root of the same key is known to every host.
 */
function assumedAnchors(chain: readonly Certificate[]): readonly Certificate[] {
  return chain.length > 1 ? chain.slice(1) : chain;
}

/**
 * The roots that a chain of an endpoint ends at and that nothing asked for stands in for: taking one of them away would
 * break the endpoint. By SHA-256.
 */
export function rootsInUse(
  view: EndpointView,
  { roots, pins, now }: { roots: readonly Certificate[]; pins: readonly Certificate[]; now: number },
): ReadonlySet<string> {
  const host = Host.ofUrl(view.base).name;
  const used = new Set<string>();
  for (const served of servedChains(view)) {
    if (verifyChain({ served, anchors: pins, host, now }).ok) continue;
    const verification = verifyChain({ served, anchors: roots, host, now });
    if (!verification.ok) continue;
    for (const chain of verification.chains) used.add(chain.at(-1)?.fingerprint ?? "");
  }
  return used;
}
