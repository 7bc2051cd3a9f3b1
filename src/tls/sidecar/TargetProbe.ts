import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Host } from "../../protocol/Host.ts";
import { handshake } from "../../trust/probe/handshake.ts";
import type { Observation, TlsVersion } from "../../trust/probe/Observation.ts";
import { hostOfPair } from "../pair/hostOfPair.ts";
import type { LoadedPair } from "../pair/LoadedPair.ts";
import type { PairRules } from "../pair/verifyPair.ts";

/** What a target is asked by. */
export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** For SNI. Default: a name of the certificate. */
  readonly name?: string | undefined;
  readonly rules: Pick<PairRules, "hosts">;
  /** For a reload to take effect, in milliseconds. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

const VERSIONS: readonly TlsVersion[] = ["TLSv1.3", "TLSv1.2"];
const HANDSHAKE_MS = 5_000;
const CONNECT_MS = 2_000;
const PAUSE_MS = 100;
/** While workers are replaced, the old ones may still take some of the connections: so many handshakes in a row count. */
const IN_A_ROW = 2;

/** Looks, by real handshakes, at what another server serves. */
export class TargetProbe {
  readonly #options: ProbeOptions;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** `HOST:PORT`, as it was given. */
  get where(): string {
    const { host, port } = this.#options;
    return `${new Host(host).inUrl}:${port}`;
  }

  /** Whether somebody takes connections there, whatever is served. */
  async isUp(): Promise<boolean> {
    const { host, port } = this.#options;
    const addresses = await lookup(host, { all: true }).catch(() => []);
    const up = await Promise.all(addresses.map(({ address }) => takesConnections(address, port)));
    return up.includes(true);
  }

  /** What stands against this pair being served now, at each address that answers; undefined when it is. */
  async fault(pair: LoadedPair): Promise<string | undefined> {
    const seen = await this.#look(pair);
    const answers = seen.filter((it) => it.ok);
    const silent = seen.find((it) => !it.ok);
    // One that has but one version of TLS is fine, and so is localhost with one of its two addresses.
    if (answers.length === 0) return silent?.ok === false ? silent.message : "has no address";
    for (const { chain, finished } of answers) {
      const [leaf] = chain;
      if (leaf?.fingerprint !== pair.leaf.fingerprint) return `serves serial ${leaf?.serial}`;
      if (!finished) return "broke the handshake off";
    }
    return undefined;
  }

  /** The same after a reload, which takes a moment: tried again until the time is over. */
  async faultAfterReload(pair: LoadedPair): Promise<string | undefined> {
    const { withinMs, signal } = this.#options;
    const until = performance.now() + withinMs;
    let good = 0;
    for (;;) {
      const fault = await this.fault(pair);
      good = fault === undefined ? good + 1 : 0;
      if (good === IN_A_ROW) return undefined;
      if (fault !== undefined && performance.now() >= until) return `${fault}, ${withinMs / 1000} s after the reload`;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return "was not asked: called off";
    }
  }

  async #look(pair: LoadedPair): Promise<readonly Observation[]> {
    const { host, port, rules, signal, name = hostOfPair(pair, rules) } = this.#options;
    const addresses = await lookup(host, { all: true }).catch(() => []);
    const key = pair.leaf.publicKey.kind === "rsa" ? "rsa" : "ecdsa";
    const target = { host: name, port, timeoutMs: HANDSHAKE_MS, signal };
    return Promise.all(
      addresses.flatMap(({ address, family }) =>
        VERSIONS.map((version) => handshake(target, { address, family: family === 6 ? 6 : 4, version, key })),
      ),
    );
  }
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const finish = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once("connect", () => finish(true));
    socket.once("timeout", () => finish(false));
    socket.once("error", () => finish(false));
  });
}
