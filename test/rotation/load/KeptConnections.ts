import type { TLSSocket } from "node:tls";

/** The open kept connections, and the oldest certificate among them. */
export class KeptConnections {
  readonly #open = new Map<TLSSocket, number>();
  readonly #onDrained: (index: number) => void;
  #oldest = 0;

  /** `onDrained` is called with an index when no kept connection has an older certificate any more. */
  constructor(onDrained: (index: number) => void) {
    this.#onDrained = onDrained;
  }

  add(socket: TLSSocket, index: number): void {
    this.#open.set(socket, index);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#update();
    });
    this.#update();
  }

  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  #update(): void {
    if (this.#open.size === 0) return;
    const oldest = Math.min(...this.#open.values());
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    this.#onDrained(oldest);
  }
}
