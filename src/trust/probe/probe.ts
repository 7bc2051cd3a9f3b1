import { isIP } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { TrustError } from "../TrustError.ts";
import type { HandshakeObservation, HandshakeOffer, KeyOffer, TlsVersion } from "./HandshakeObservation.ts";
import { handshake } from "./handshake.ts";

/** Dependencies and limits of a probe. */
export interface ProbeDependencies {
  /** The addresses of one family. Rejects or resolves to none when the host has none. */
  readonly resolve: (host: string, family: 4 | 6) => Promise<readonly string[]>;
  /** Default: `tls.connect`. */
  readonly connect?: (options: ConnectionOptions) => TLSSocket;
  /** The time limit of each handshake. */
  readonly timeoutMs: number;
  /** The time limit of the whole probe. Default: six times `timeoutMs`. */
  readonly totalTimeoutMs?: number;
  /** Aborts the probe. */
  readonly signal: AbortSignal;
}

/** What an endpoint serves. */
export interface ProbeResult {
  readonly host: string;
  readonly port: number;
  /** One for each handshake, grouped by address in the order of the resolver. */
  readonly observations: readonly HandshakeObservation[];
  /** The number of addresses that were not probed, because there are more than {@link MAX_ADDRESSES}. */
  readonly addressesLeftOut: number;
}

/** How many addresses are probed. Public endpoints have 2 to 8. */
export const MAX_ADDRESSES = 16;
/** How many handshakes run at the same time. */
const CONCURRENCY = 8;

const OFFERS: readonly { readonly version: TlsVersion; readonly key: KeyOffer }[] = [
  { version: "TLSv1.3", key: "ecdsa" },
  { version: "TLSv1.3", key: "rsa" },
  { version: "TLSv1.2", key: "ecdsa" },
  { version: "TLSv1.2", key: "rsa" },
];

/**
 * Finds every chain that an https URL serves. Makes one handshake with each address, TLS version and kind of key.
 * Verifies nothing. A handshake that fails does not affect the others. Throws {@link TrustError} `bad-url`, and
 * `resolve-failed` when the host has no address.
 */
export async function probe(url: string, dependencies: ProbeDependencies): Promise<ProbeResult> {
  const { host, port } = readUrl(url);
  const { timeoutMs, connect } = dependencies;
  const total = AbortSignal.timeout(dependencies.totalTimeoutMs ?? 6 * timeoutMs);
  const signal = AbortSignal.any([dependencies.signal, total]);
  const addresses = await findAddresses(host, dependencies.resolve, signal);
  const offers = addresses
    .slice(0, MAX_ADDRESSES)
    .flatMap((address): HandshakeOffer[] =>
      OFFERS.map((offer) => ({ address, family: isIP(address) === 6 ? 6 : 4, ...offer })),
    );
  const observations = new Map<number, HandshakeObservation>();
  const queue = offers.entries();
  const target = { host, port, timeoutMs, signal, ...(connect === undefined ? {} : { connect }) };
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const [index, offer] of queue) observations.set(index, await handshake(target, offer));
    }),
  );
  return {
    host,
    port,
    observations: offers.flatMap((_, index) => observations.get(index) ?? []),
    addressesLeftOut: Math.max(0, addresses.length - MAX_ADDRESSES),
  };
}

function readUrl(url: string): { host: string; port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  // The path of a URL can contain a secret token, so the message does not repeat the URL.
  if (parsed?.protocol !== "https:") throw new TrustError("bad-url", "the URL to probe is not an https URL");
  return { host: new Host(parsed.hostname).name, port: parsed.port === "" ? 443 : Number(parsed.port) };
}

/**
 * The addresses of both families. A family that does not resolve counts as empty, as long as the other one has
 * addresses.
 */
async function findAddresses(
  host: string,
  resolve: ProbeDependencies["resolve"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(new Error("name resolution took too long or was aborted"));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  const answers = await Promise.allSettled(
    ([4, 6] as const).map((family) => Promise.race([aborted, Promise.resolve().then(() => resolve(host, family))])),
  );
  const addresses = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  const distinct = [...new Set(addresses)].filter((address) => isIP(address) !== 0);
  if (distinct.length > 0) return distinct;
  const faults = answers.flatMap((answer) => (answer.status === "fulfilled" ? [] : [errorMessage(answer.reason)]));
  throw new TrustError("resolve-failed", [`${host} has no address`, ...faults].join("; "));
}
