import { errorMessage } from "../../telemetry/errorMessage.ts";
import type { EndpointView, Handshake } from "./EndpointView.ts";
import type { Observation as Attempt } from "./Observation.ts";
import { type ProbeDependencies, probe } from "./probe.ts";
import { resolveAddresses } from "./resolveAddresses.ts";

/** Time limits of a probe, in milliseconds. */
export interface ProbeTimeouts {
  /** For one handshake. */
  readonly handshake: number;
  /** For all handshakes with one endpoint. */
  readonly probe: number;
}

/** Shakes hands with every address of an endpoint. What fails is part of the view; nothing is thrown. */
export async function viewEndpoint(
  base: string,
  timeouts: ProbeTimeouts,
  now: () => number,
  resolve: ProbeDependencies["resolve"] = resolveAddresses,
): Promise<EndpointView> {
  try {
    const { observations, addressesLeftOut } = await probe(base, {
      resolve,
      now,
      timeoutMs: timeouts.handshake,
      totalTimeoutMs: timeouts.probe,
      signal: new AbortController().signal,
    });
    const handshakes = handshakesOf(observations);
    if (addressesLeftOut === 0) return { base, handshakes };
    return {
      base,
      handshakes: [...handshakes, { address: base, fault: `${addressesLeftOut} addresses were not asked` }],
    };
  } catch (error) {
    return { base, handshakes: [], fault: errorMessage(error) };
  }
}

/**
 * What each address served, or why it served nothing. A kind of key that an address does not offer is no fault of it, nor
 * is an IPv6 address out of reach where IPv4 answers: it is this Pod's network that has no way there.
 */
export function handshakesOf(attempts: readonly Attempt[]): Handshake[] {
  const answered = attempts.some(({ ok }) => ok);
  return [...Map.groupBy(attempts, ({ address }) => address)].flatMap(([address, all]): Handshake[] => {
    const chains = all.flatMap((it) => (it.ok ? [it.chain] : []));
    const faults = all.flatMap((it) => (it.ok || (it.code === "not-offered" && chains.length > 0) ? [] : [it]));
    const isOutOfReach = answered && all.every((it) => !it.ok && it.family === 6 && it.code === "unreachable");
    if (isOutOfReach) return [];
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
