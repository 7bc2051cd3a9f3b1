import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Host } from "../../protocol/Host.ts";
import type { HandshakeObservation, TlsVersion } from "../../trust/probe/HandshakeObservation.ts";
import { handshake } from "../../trust/probe/handshake.ts";
import { hostOfPair, type LoadedPair } from "../pair/LoadedPair.ts";

/** Options of a {@link TargetProbe}. */
export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** For SNI. Default: the first of `hosts`, or else a name of the certificate. */
  readonly name?: string | undefined;
  readonly hosts: readonly string[];
  /** How long a reload may take to be visible. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const VERSIONS: readonly TlsVersion[] = ["TLSv1.3", "TLSv1.2"];
const HANDSHAKE_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
const PAUSE_MS = 100;
/** Good handshakes in a row that confirm a reload: old workers may still accept some of the connections. */
const GOOD_HANDSHAKES = 2;

/** Checks with real handshakes what another server serves. */
export class TargetProbe {
  readonly #options: ProbeOptions;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** `HOST:PORT`, as configured. */
  get where(): string {
    const { host, port } = this.#options;
    return `${new Host(host).inUrl}:${port}`;
  }

  /** Whether any address accepts connections. */
  async isUp(): Promise<boolean> {
    const { host, port } = this.#options;
    const addresses = await lookup(host, { all: true }).catch(() => []);
    const up = await Promise.all(addresses.map(({ address }) => acceptsConnections(address, port)));
    return up.includes(true);
  }

  /** What the server serves instead of the pair; undefined when each address that answers serves it. */
  async fault(pair: LoadedPair): Promise<string | undefined> {
    const seen = await this.#handshakes(pair);
    const answers = seen.filter((it) => it.ok);
    const silent = seen.find((it) => !it.ok);
    // A server may support a single TLS version, or listen on one of the two addresses of localhost.
    if (answers.length === 0) return silent?.ok === false ? silent.message : "has no address";
    for (const { chain, finished, wantsClientCertificate } of answers) {
      const [leaf] = chain;
      if (leaf?.fingerprint !== pair.leaf.fingerprint) return `serves serial ${leaf?.serial}`;
      // The question is which certificate is presented. The sidecar has none of its own.
      if (!finished && wantsClientCertificate !== true) return "interrupted the handshake";
    }
    return undefined;
  }

  /** As {@link fault}, after a reload: repeats the check until it passes or `timeoutMs` is over. */
  async faultAfterReload(pair: LoadedPair): Promise<string | undefined> {
    const { timeoutMs, signal } = this.#options;
    const until = performance.now() + timeoutMs;
    let good = 0;
    for (;;) {
      const fault = await this.fault(pair);
      good = fault === undefined ? good + 1 : 0;
      if (good === GOOD_HANDSHAKES) return undefined;
      if (fault !== undefined && performance.now() >= until) return `${fault}, ${timeoutMs / 1000} s after the reload`;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return "was not checked: stopped";
    }
  }

  async #handshakes(pair: LoadedPair): Promise<readonly HandshakeObservation[]> {
    const { host, port, hosts, signal, name = hostOfPair(pair, hosts) } = this.#options;
    const addresses = await lookup(host, { all: true }).catch(() => []);
    const key = pair.leaf.publicKey.kind === "rsa" ? "rsa" : "ecdsa";
    const target = { host: name, port, timeoutMs: HANDSHAKE_TIMEOUT_MS, signal };
    return Promise.all(
      addresses.flatMap(({ address, family }) =>
        VERSIONS.map((version) => handshake(target, { address, family: family === 6 ? 6 : 4, version, key })),
      ),
    );
  }
}

function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const finish = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once("connect", () => finish(true));
    socket.once("timeout", () => finish(false));
    socket.once("error", () => finish(false));
  });
}
