import { isIP } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { TrustError } from "../TrustError.ts";
import type { Certificate } from "../x509/Certificate.ts";
import { handshake } from "./handshake.ts";
import type { HandshakeOffer, KeyOffer, Observation, TlsVersion } from "./Observation.ts";

/** What a probe needs of the world. */
export interface ProbeDependencies {
  /** The addresses of one family; rejects, or gives none, where there are none. `resolveAddresses` in production. */
  readonly resolve: (host: string, family: 4 | 6) => Promise<readonly string[]>;
  /** Default: `tls.connect`. */
  readonly connect?: (options: ConnectionOptions) => TLSSocket;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** For each handshake, in milliseconds. */
  readonly timeoutMs: number;
  /** For all of it, in milliseconds. Default: six times `timeoutMs`. */
  readonly totalTimeoutMs?: number;
  /** Calls it off. */
  readonly signal: AbortSignal;
}

/** One chain that is served, and where. */
export interface ServedChain {
  /** As served, leaf first. */
  readonly certificates: readonly Certificate[];
  /** The earliest end of what was served. */
  readonly notAfter: Date;
  /** Until then, in days; negative when it is over. */
  readonly daysLeft: number;
  readonly seen: readonly HandshakeOffer[];
}

/** What an endpoint serves. */
export interface ProbeResult {
  readonly host: string;
  readonly port: number;
  /** Addresses by their number, and each handshake with each. */
  readonly observations: readonly Observation[];
  /** Different chains, the first to end first. None when no handshake came through. */
  readonly chains: readonly ServedChain[];
  /** Addresses beyond the first {@link MOST_ADDRESSES}, which were not asked. */
  readonly addressesLeftOut: number;
  /** Families that the resolver failed for, with its words. Also where a host simply has none of that family. */
  readonly unresolved: readonly { readonly family: 4 | 6; readonly message: string }[];
}

/** Addresses that are asked. Edges have 2 to 8. */
export const MOST_ADDRESSES = 16;
/** Handshakes under way at once. */
const AT_ONCE = 8;
const DAY = 86_400_000;

const OFFERS: readonly { readonly version: TlsVersion; readonly key: KeyOffer }[] = [
  { version: "TLSv1.3", key: "ecdsa" },
  { version: "TLSv1.3", key: "rsa" },
  { version: "TLSv1.2", key: "ecdsa" },
  { version: "TLSv1.2", key: "rsa" },
];

/**
 * Asks every address of an https URL for every chain that it serves: each TLS version and each kind of key by itself, with
 * no trust of its own. No address's failure fails the rest. Throws {@link TrustError} `bad-url`, and `resolve-failed` when
 * there is no address at all.
 */
export async function probe(url: string, dependencies: ProbeDependencies): Promise<ProbeResult> {
  const { host, port } = readUrl(url);
  const { now, timeoutMs, connect } = dependencies;
  const total = AbortSignal.timeout(dependencies.totalTimeoutMs ?? 6 * timeoutMs);
  const signal = AbortSignal.any([dependencies.signal, total]);
  const { addresses, unresolved } = await findAddresses(host, dependencies.resolve, signal);
  const offers = addresses
    .slice(0, MOST_ADDRESSES)
    .flatMap((address) => OFFERS.map((offer) => ({ address, family: isIP(address) === 6 ? 6 : 4, ...offer }) as const));
  const observations = new Map<number, Observation>();
  const queue = offers.entries();
  const target = { host, port, timeoutMs, signal, ...(connect === undefined ? {} : { connect }) };
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const [index, offer] of queue) observations.set(index, await handshake(target, offer));
    }),
  );
  const all = offers.flatMap((_, index) => observations.get(index) ?? []);
  return {
    host,
    port,
    observations: all,
    chains: distinctChains(all, now()),
    addressesLeftOut: Math.max(0, addresses.length - MOST_ADDRESSES),
    unresolved,
  };
}

function readUrl(url: string): { host: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // The URL may carry a capability in its path: it is not repeated.
  if (parsed?.protocol !== "https:") throw new TrustError("bad-url", "what is to be probed is no https URL");
  return { host: new Host(parsed.hostname).name, port: parsed.port === "" ? 443 : Number(parsed.port) };
}

async function findAddresses(
  host: string,
  resolve: ProbeDependencies["resolve"],
  signal: AbortSignal,
): Promise<{ addresses: readonly string[]; unresolved: ProbeResult["unresolved"] }> {
  if (isIP(host) !== 0) return { addresses: [host], unresolved: [] };
  const called = new Promise<never>((_, reject) => {
    const off = (): void => reject(new Error("it took too long, or was called off"));
    if (signal.aborted) off();
    else signal.addEventListener("abort", off, { once: true });
  });
  const families = [4, 6] as const;
  const answers = await Promise.allSettled(
    families.map((family) => Promise.race([called, Promise.resolve().then(() => resolve(host, family))])),
  );
  const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const unresolved = answers.flatMap((answer, index) =>
    answer.status === "fulfilled" ? [] : [{ family: families[index] ?? 4, message: messageOf(answer.reason) }],
  );
  const different = [...new Set(addresses)].filter((address) => isIP(address) !== 0);
  if (different.length === 0)
    throw new TrustError(
      "resolve-failed",
      `${host} has no address${unresolved.map(({ message }) => `; ${message}`).join("")}`,
    );
  return { addresses: different, unresolved };
}

function distinctChains(observations: readonly Observation[], now: number): ServedChain[] {
  const groups = Map.groupBy(
    observations.flatMap((it) => (it.ok ? [it] : [])),
    ({ chain }) => chain.map(({ fingerprint }) => fingerprint).join(" "),
  );
  const chains = [...groups.values()].flatMap((group): ServedChain[] => {
    const certificates = group[0]?.chain ?? [];
    const end = Math.min(...certificates.map(({ notAfter }) => notAfter.getTime()));
    const seen = group.map(({ address, family, version, key }) => ({ address, family, version, key }));
    return [{ certificates, notAfter: new Date(end), daysLeft: (end - now) / DAY, seen }];
  });
  return chains.sort((left, right) => left.notAfter.getTime() - right.notAfter.getTime());
}

function messageOf(error: unknown): string {
  return errorMessage(error);
}
