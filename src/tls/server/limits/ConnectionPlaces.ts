/** A connection that has a place. */
export interface PlacedConnection {
  /** See `peerOf`. */
  readonly peer: string;
  /** Whether a complete call waits for its answer. */
  readonly isBusy: boolean;
  /** When it was last used, on the clock of `performance.now()`. */
  readonly usedAt: number;
}

/** A call may be on its way on a connection that was in use a moment ago. */
const QUIET_MS = 250;
/** The share of the places that connections without a proof always have, so that a new caller can connect. */
const UNPROVEN_SHARE = 1 / 4;

/**
 * The connections of a server, and which of them gives its place to a new one when all places are taken. A connection is
 * proven when it had a call of a known caller.
 *
 * | connections without a proof | gives its place |
 * |---|---|
 * | more than a quarter of all | the one without a proof that was not used for the longest time, of a peer with many |
 * | fewer | the proven one that was not used for the longest time, else as above |
 *
 * A connection with a complete call that waits for its answer never gives its place. Peers with less than half as many
 * connections as the largest one are spared; where all connections have one peer, this changes nothing.
 */
export class ConnectionPlaces<C extends PlacedConnection> {
  readonly #size: number;
  /** Each in the order of use. */
  readonly #unproven = new Set<C>();
  readonly #proven = new Set<C>();
  /** The number of unproven connections of each peer. */
  readonly #peers = new Map<string, number>();

  constructor(size: number) {
    this.#size = size;
  }

  get isFull(): boolean {
    return this.#unproven.size + this.#proven.size >= this.#size;
  }

  [Symbol.iterator](): Iterator<C> {
    return [...this.#unproven, ...this.#proven].values();
  }

  add(connection: C): void {
    this.#unproven.add(connection);
    this.#count(connection, 1);
  }

  /** The connection was used. */
  use(connection: C): void {
    const places = this.#proven.has(connection) ? this.#proven : this.#unproven;
    if (places.delete(connection)) places.add(connection);
  }

  /** The connection had a call of a known caller. */
  prove(connection: C): void {
    if (!this.#unproven.delete(connection)) return;
    this.#count(connection, -1);
    this.#proven.add(connection);
  }

  delete(connection: C): void {
    if (this.#unproven.delete(connection)) this.#count(connection, -1);
    else this.#proven.delete(connection);
  }

  /** The connection that gives its place; undefined when all are in use. */
  replaceable(now: number): C | undefined {
    const unproven = (): C | undefined => this.#replaceableUnproven();
    const proven = (): C | undefined => {
      for (const it of this.#proven) if (!it.isBusy && now - it.usedAt >= QUIET_MS) return it;
      return undefined;
    };
    return this.#unproven.size > this.#size * UNPROVEN_SHARE ? (unproven() ?? proven()) : (proven() ?? unproven());
  }

  #replaceableUnproven(): C | undefined {
    let most = 0;
    for (const count of this.#peers.values()) most = Math.max(most, count);
    let other: C | undefined;
    for (const it of this.#unproven) {
      if (it.isBusy) continue;
      if ((this.#peers.get(it.peer) ?? 0) > most / 2) return it;
      other ??= it;
    }
    return other;
  }

  #count({ peer }: C, change: number): void {
    const count = (this.#peers.get(peer) ?? 0) + change;
    if (count > 0) this.#peers.set(peer, count);
    else this.#peers.delete(peer);
  }
}
