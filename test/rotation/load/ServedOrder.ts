/**
 * The certificates that a handshake may show while certificates are replaced one after the other. Each has an index in that
 * order, from 0 on. The maximum is the last placed certificate. The minimum is the last one that a handshake had shown when
 * this handshake started. A handshake therefore shows the current or the previous certificate, and never an older one.
 */
export class ServedOrder {
  readonly #placeOf = new Map<string, number>();
  #placed = -1;
  #seen = 0;

  /** The last certificate that a handshake has shown. */
  get seen(): number {
    return this.#seen;
  }

  /** Allows a certificate, given by its serial number in upper-case hex. Called before its files are written. */
  place(index: number, serial: string): void {
    this.#placeOf.set(serial, index);
    this.#placed = Math.max(this.#placed, index);
  }

  /** The index of a shown certificate, or undefined for a failure. `min` is {@link seen} at the start of the handshake. */
  judge(serial: string, min: number): number | undefined {
    const index = this.#placeOf.get(serial);
    if (index === undefined || index < min || index > this.#placed) return undefined;
    this.#seen = Math.max(this.#seen, index);
    return index;
  }
}
