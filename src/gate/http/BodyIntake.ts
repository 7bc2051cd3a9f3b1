/** A body that is being received. */
interface Receiving {
  bytes: number;
  /** Rejects the reading of the body. */
  readonly evict: () => void;
}

/** What one body holds of a {@link BodyIntake}. */
export interface IntakePlace {
  /** Counts further bytes. False when the body itself had to make room: it is evicted. */
  grow(bytes: number): boolean;
  /** Frees what the body holds. More calls do nothing. */
  leave(): void;
}

/**
 * Limits the bytes of all bodies that are being received, as they arrive. A body that does not arrive holds nothing. When
 * the bytes do not fit, the body that has been received for longest makes room: a complete review arrives within
 * milliseconds, and a slow caller must not hold what it needs.
 */
export class BodyIntake {
  readonly #maxBytes: number;
  /** In the order in which they began. */
  readonly #receiving = new Set<Receiving>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Begins to receive a body. `evict` is called at most once, when it makes room for others. */
  enter(evict: () => void): IntakePlace {
    const body: Receiving = { bytes: 0, evict };
    this.#receiving.add(body);
    return {
      grow: (bytes) => {
        if (!this.#receiving.has(body)) return false;
        body.bytes += bytes;
        this.#bytes += bytes;
        this.#makeRoom();
        return this.#receiving.has(body);
      },
      leave: () => this.#leave(body),
    };
  }

  /** A single body always has room. */
  #makeRoom(): void {
    for (const oldest of this.#receiving) {
      if (this.#bytes <= this.#maxBytes || this.#receiving.size === 1) return;
      if (oldest.bytes === 0) continue;
      this.#leave(oldest);
      oldest.evict();
    }
  }

  #leave(body: Receiving): void {
    if (this.#receiving.delete(body)) this.#bytes -= body.bytes;
  }
}
