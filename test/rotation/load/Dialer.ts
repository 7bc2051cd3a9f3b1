import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { patience } from "../../run/speedFactor.ts";
import type { LoadStart } from "./LoadMessage.ts";
import type { ServedOrder } from "./ServedOrder.ts";

/** The TLS version and the protocol that a client offers. */
export interface Offer {
  readonly version: SecureVersion;
  readonly protocol: "h2" | "http/1.1";
}

/** All four combinations. */
export const OFFERS: readonly Offer[] = [
  { version: "TLSv1.3", protocol: "h2" },
  { version: "TLSv1.2", protocol: "http/1.1" },
  { version: "TLSv1.3", protocol: "http/1.1" },
  { version: "TLSv1.2", protocol: "h2" },
];

/** A connection after its handshake, with the index of its certificate. */
export interface Dialled {
  readonly socket: TLSSocket;
  readonly index: number;
}

/** Go's TLS clients time out after 10 s; here on the reference machine. */
const HANDSHAKE_TIMEOUT_MS = patience(10_000);

/** Makes full handshakes, verifies the chain and the name, and checks which certificate is shown. */
export class Dialer {
  handshakes = 0;
  failed = 0;
  readonly #target: LoadStart;
  readonly #order: ServedOrder;

  constructor(target: LoadStart, order: ServedOrder) {
    this.#target = target;
    this.#order = order;
  }

  /** Rejects with an error that names the offer. */
  async dial(offer: Offer): Promise<Dialled> {
    this.handshakes += 1;
    try {
      return await this.#dial(offer);
    } catch (error) {
      this.failed += 1;
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`handshake (${offer.version}, ${offer.protocol}): ${words}`, { cause: error });
    }
  }

  #dial({ version, protocol }: Offer): Promise<Dialled> {
    const { port, host, root, isStrict } = this.#target;
    const min = this.#order.seen - (isStrict ? 0 : 1);
    return new Promise((resolve, reject) => {
      const socket = connect({
        ...{ host: "127.0.0.1", port, servername: host, ca: root },
        ...{ minVersion: version, maxVersion: version, ALPNProtocols: [protocol] },
      });
      socket.setNoDelay(true);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(() => fail(new Error(`not done in ${HANDSHAKE_TIMEOUT_MS} ms`)), HANDSHAKE_TIMEOUT_MS);
      socket.on("error", fail);
      socket.once("close", () => fail(new Error("the connection was closed")));
      socket.once("secureConnect", () => {
        const serial = socket.getPeerX509Certificate()?.serialNumber ?? "none";
        const index = this.#order.judge(serial, min);
        if (socket.alpnProtocol !== protocol) return fail(new Error(`the server selected ${socket.alpnProtocol}`));
        if (index === undefined)
          return fail(new Error(`serial ${serial} is neither the current nor the previous certificate`));
        clearTimeout(timer);
        socket.removeAllListeners("close");
        resolve({ socket, index });
      });
    });
  }
}
