import { lookup } from "node:dns/promises";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { EndpointView, Handshake } from "../EndpointView.ts";
import type { HandshakeObservation } from "./HandshakeObservation.ts";
import { type ProbeDependencies, probe } from "./probe.ts";

/** Time limits of a probe. */
export interface ProbeTimeouts {
  /** Of each handshake. */
  readonly handshakeMs: number;
  /** Of all handshakes with one endpoint. */
  readonly probeMs: number;
}

/**
 * Makes handshakes with every address of an endpoint. Errors become part of the view. Never rejects. `resolve` defaults
 * to the system's resolver.
 */
export async function viewEndpoint(
  base: string,
  timeouts: ProbeTimeouts,
  resolve: ProbeDependencies["resolve"] = resolveAddresses,
): Promise<EndpointView> {
  try {
    const { observations, addressesLeftOut } = await probe(base, {
      resolve,
      timeoutMs: timeouts.handshakeMs,
      totalTimeoutMs: timeouts.probeMs,
      signal: new AbortController().signal,
    });
    const handshakes = handshakesOf(observations);
    if (addressesLeftOut === 0) return { base, handshakes };
    return {
      base,
      handshakes: [...handshakes, { address: base, fault: `${addressesLeftOut} addresses were not probed` }],
    };
  } catch (error) {
    return { base, handshakes: [], fault: errorMessage(error) };
  }
}

/**
 * Reduces observations to the distinct chains of each address, and the first fault of each address. Two failures are
 * not faults: a kind of key that an address does not offer while it offers another, and an unreachable IPv6 address
 * while another address answers (this Pod's network has no IPv6 route).
 */
export function handshakesOf(observations: readonly HandshakeObservation[]): Handshake[] {
  const isAnswered = observations.some(({ ok }) => ok);
  return [...Map.groupBy(observations, ({ address }) => address)].flatMap(([address, all]): Handshake[] => {
    const chains = all.flatMap((it) => (it.ok ? [it.chain] : []));
    const faults = all.flatMap((it) => (it.ok || (it.code === "not-offered" && chains.length > 0) ? [] : [it]));
    const hasNoRoute = isAnswered && all.every((it) => !it.ok && it.family === 6 && it.code === "unreachable");
    if (hasNoRoute) return [];
    const distinct = [
      ...new Map(chains.map((chain) => [chain.map(({ fingerprint }) => fingerprint).join(), chain])).values(),
    ];
    const [fault] = faults;
    return [
      ...distinct.map((chain) => ({ address, chain })),
      ...(fault === undefined ? [] : [{ address, fault: fault.message }]),
    ];
  });
}

/**
 * Every address of a host, from the system's resolver: /etc/hosts and search domains apply, as they do for an API
 * server on the same machine. Rejects with the resolver's error when the host has no address of this family.
 */
export async function resolveAddresses(host: string, family: 4 | 6): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, family });
  return found.map(({ address }) => address);
}
