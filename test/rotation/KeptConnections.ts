import type { TLSSocket } from "node:tls";

/** Open kept connections, and how old the oldest certificate among them is. */
export class KeptConnections {
  readonly #open = new Map<TLSSocket, number>();
  readonly #onDrained: (index: number) => void;
  #oldest = 0;

  /** `onDrained` is told each time that all kept connections are of this certificate, by its place, or a later one. */
  constructor(onDrained: (index: number) => void) {
    this.#onDrained = onDrained;
  }

  add(socket: TLSSocket, index: number): void {
    this.#open.set(socket, index);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#look();
    });
    this.#look();
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #look(): void {
    if (this.#open.size === 0) return;
    const oldest = Math.min(...this.#open.values());
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    this.#onDrained(oldest);
  }
}
