/**
 * Which certificates a handshake may bring while certificates are replaced one after the other. They are known by their
 * place in that order, from 0 on: at most the last one that was put in place, and at least the last one that some handshake
 * had already brought when this one began. So it is the current one or the one before, and never an older one again.
 */
export class ServedOrder {
  readonly #placeOf = new Map<string, number>();
  #placed = -1;
  #seen = 0;

  /** The last one that a handshake has brought. */
  get seen(): number {
    return this.#seen;
  }

  /** From now on the certificate with this serial, in upper-case hex, may be served; said before its files are in place. */
  place(index: number, serial: string): void {
    this.#placeOf.set(serial, index);
    this.#placed = Math.max(this.#placed, index);
  }

  /** What a handshake that began when {@link seen} was `least` brought: its place, or undefined where that is wrong. */
  judge(serial: string, least: number): number | undefined {
    const index = this.#placeOf.get(serial);
    if (index === undefined || index < least || index > this.#placed) return undefined;
    this.#seen = Math.max(this.#seen, index);
    return index;
  }
}
