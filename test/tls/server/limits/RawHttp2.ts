import { connect, type TLSSocket } from "node:tls";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING] = [0, 1, 3, 4, 6];
const CANCEL = Buffer.from([0, 0, 0, 8]);
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];
const NO_WINDOW = Buffer.from([0, 4, 0, 0, 0, 0]);

/** A client that writes the frames of h2 itself (RFC 9113 4.1), to send what a library does not. */
export class RawHttp2 {
  readonly socket: TLSSocket;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  #next = 1;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.resume();
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  /** Connects, without a preface. */
  static async connect(port: number): Promise<RawHttp2> {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    const client = new RawHttp2(socket);
    await Promise.race([new Promise((resolve) => socket.once("secureConnect", resolve)), client.closed]);
    return client;
  }

  /** Sends the preface. With `noWindow` the server may not send any byte of an answer's body. */
  begin(noWindow = false): this {
    const settings = noWindow ? NO_WINDOW : Buffer.alloc(0);
    this.socket.write(Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS, 0, 0, settings), frame(SETTINGS, ACK, 0)]));
    return this;
  }

  /** Opens streams with a POST. Their bodies never end, unless `isComplete`. */
  open(count: number, isComplete = false, headers: Readonly<Record<string, string>> = {}): this {
    const all = { ":method": "POST", ":scheme": "https", ":path": "/", ":authority": "localhost", ...headers };
    const block = Buffer.concat(
      Object.entries(all).map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
    );
    const frames = Array.from({ length: count }, () => {
      const id = this.#next;
      this.#next += 2;
      return frame(HEADERS, isComplete ? END_HEADERS | END_STREAM : END_HEADERS, id, block);
    });
    this.socket.write(Buffer.concat(frames));
    return this;
  }

  /** Opens streams with a POST, and resets each of them at once. */
  reset(count: number): this {
    for (let index = 0; index < count; index += 1) {
      this.open(1);
      this.socket.write(frame(RST_STREAM, 0, this.#next - 2, CANCEL));
    }
    return this;
  }

  /** Sends one byte of the body of each stream. */
  trickle(): void {
    const ids = Array.from({ length: (this.#next - 1) / 2 }, (_, index) => 2 * index + 1);
    this.socket.write(Buffer.concat(ids.map((id) => frame(DATA, 0, id, Buffer.from(" ")))));
  }

  ping(): void {
    this.socket.write(frame(PING, 0, 0, Buffer.alloc(8)));
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 5.2, for less than 127 bytes. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}
