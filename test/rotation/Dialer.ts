import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { patience } from "../run/speedFactor.ts";
import type { LoadStart } from "./LoadMessage.ts";
import type { ServedOrder } from "./ServedOrder.ts";

/** What a client offers. */
export interface Offer {
  readonly version: SecureVersion;
  readonly protocol: "h2" | "http/1.1";
}

/** All four, in turn. */
export const OFFERS: readonly Offer[] = [
  { version: "TLSv1.3", protocol: "h2" },
  { version: "TLSv1.2", protocol: "http/1.1" },
  { version: "TLSv1.3", protocol: "http/1.1" },
  { version: "TLSv1.2", protocol: "h2" },
];

/** A connection whose handshake is done, and the place of the certificate that it brought. */
export interface Dialled {
  readonly socket: TLSSocket;
  readonly index: number;
}

/** Go's TLS clients give up after 10 s, on the reference machine. In milliseconds. */
const HANDSHAKE_TIMEOUT = patience(10_000);

/** Shakes hands, always in full, verifies the chain by the root and the name, and looks at whose turn the certificate is. */
export class Dialer {
  handshakes = 0;
  failed = 0;
  readonly #target: LoadStart;
  readonly #order: ServedOrder;

  constructor(target: LoadStart, order: ServedOrder) {
    this.#target = target;
    this.#order = order;
  }

  /** Rejects with an error that says what was offered. */
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
    const least = this.#order.seen - (isStrict ? 0 : 1);
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
      const timer = setTimeout(() => fail(new Error(`not done in ${HANDSHAKE_TIMEOUT} ms`)), HANDSHAKE_TIMEOUT);
      socket.on("error", fail);
      socket.once("close", () => fail(new Error("the connection was closed")));
      socket.once("secureConnect", () => {
        const serial = socket.getPeerX509Certificate()?.serialNumber ?? "none";
        const index = this.#order.judge(serial, least);
        if (socket.alpnProtocol !== protocol) return fail(new Error(`${socket.alpnProtocol} was chosen`));
        if (index === undefined)
          return fail(new Error(`serial ${serial} is neither of the current certificate nor of the one before`));
        clearTimeout(timer);
        socket.removeAllListeners("close");
        resolve({ socket, index });
      });
    });
  }
}
