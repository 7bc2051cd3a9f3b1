import { setTimeout as sleep } from "node:timers/promises";
import { keepOpen } from "./keepOpen.ts";
import { ended, openConnection } from "./openConnection.ts";
import type { Stranger } from "./Stranger.ts";

const head = (length: string): string =>
  `POST /c/local/validate?timeout=30s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
const CHUNKED = head("Transfer-Encoding: chunked");
const LARGE = head("Content-Length: 20000000");

/** Requests without their body: chunked, and with an announced length. */
export const silentBodies: Stranger = (target, signal, count) =>
  keepOpen({ atOnce: 16, pauseMs: 100, signal, count }, async (index) => {
    const socket = await openConnection(target, "http/1.1");
    socket.write(index % 2 === 0 ? CHUNKED : head("Content-Length: 8388000"));
    await ended(socket, signal);
  });

/** Bodies of one byte at a time. */
export const trickledBodies: Stranger = (target, signal, count) =>
  keepOpen({ atOnce: 16, pauseMs: 100, signal, count }, async () => {
    const socket = await openConnection(target, "http/1.1");
    socket.write(CHUNKED);
    while (!socket.destroyed && !signal.aborted) {
      socket.write("1\r\n \r\n");
      await sleep(200);
    }
    socket.destroy();
  });

/** 19 MB of a body, and then nothing. */
export const unfinishedBodies: Stranger = (target, signal, count) =>
  keepOpen({ atOnce: 4, pauseMs: 1_000, signal, count }, async () => {
    const socket = await openConnection(target, "http/1.1");
    socket.write(LARGE);
    socket.write(Buffer.alloc(19_000_000, 32));
    await ended(socket, signal);
  });
