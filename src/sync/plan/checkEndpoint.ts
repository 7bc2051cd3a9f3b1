import { splitBase } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { type EndpointView, servedChains } from "../../trust/EndpointView.ts";
import { assumedAnchors } from "../../trust/verify/assumedAnchors.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { Observation } from "./Observation.ts";

/** The result of calls to an endpoint with a bundle in force. */
export interface EndpointCheck {
  /** Whether at least one address served a chain, and all served chains verify. */
  readonly isFine: boolean;
  /** The first fault found, when `isFine` is false. */
  readonly finding: Finding | undefined;
  /** The addresses that served no chain, each with its error. */
  readonly silent: readonly string[];
}

/** The view of the endpoint at a base URL; an empty view with a fault when it was not probed. It has no capability. */
export function endpointAt({ endpoints }: Observation, base: string): EndpointView {
  const { place } = splitBase(base);
  const view = endpoints.find((endpoint) => endpoint.base === place);
  return view ?? { base: place, handshakes: [], fault: "it was not probed" };
}

/**
 * Verifies every chain that an endpoint serves, as the API server does. Empty `roots` mean the trust of the API server's
 * host. Only names and dates are checked then; the canary tests the signatures. `now` is in milliseconds since 1970.
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
    const message = `${handshake.address} serves a chain that the API server refuses: ${verification.message}`;
    return { isFine: false, silent, finding: { code, about: view.base, message } };
  }
  if (served > 0) return { isFine: true, silent, finding: undefined };
  const reason = [view.fault, ...silent].filter((it) => it !== undefined).join("; ") || "it has no address";
  return { isFine: false, silent, finding: { code: "unreachable", about: view.base, message: `no answer: ${reason}` } };
}

/**
 * The roots whose removal would break the endpoint: a served chain ends at them, and it does not verify with the pins. By
 * SHA-256 fingerprint.
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
