import { gzipSync } from "node:zlib";
import type { HostileAnswer } from "./HostileServer.ts";

/** `late`: only the time limit ends the call. `refused`: it fails before. A status: that is returned. */
export type Settled = "late" | "refused" | number;

const send =
  (text: string | Buffer, then: "open" | "end" | "reset" = "open"): HostileAnswer =>
  (socket, { reset }) => {
    socket.write(text, () => {
      if (then === "end") socket.end();
      if (then === "reset") reset();
    });
  };

/** Repeats a text until the connection is closed: as fast as it is read, or one after the other with a pause. */
const repeat =
  (head: string, text: string, pauseMs?: number): HostileAnswer =>
  (socket) => {
    socket.write(head);
    const next = (): void => {
      if (!socket.destroyed) socket.write(text, () => setTimeout(next, pauseMs ?? 0).unref());
    };
    next();
  };

const OK = "HTTP/1.1 200 OK\r\n";
const redirect =
  (to: (url: string) => string): HostileAnswer =>
  (socket, { url }) =>
    void socket.write(`HTTP/1.1 302 Found\r\nlocation: ${to(url)}\r\ncontent-length: 0\r\n\r\n`);
/** Frames of HTTP/2 (RFC 9113, section 6): SETTINGS, and GOAWAY with ENHANCE_YOUR_CALM. */
const SETTINGS = Buffer.from("000000040000000000", "hex");
const GOAWAY = Buffer.from("0000080700000000000000000000000b", "hex");

/** Ways to misbehave that an HTTP client meets, and how a call settles. */
export const HOSTILE_ANSWERS: readonly (readonly [name: string, answer: HostileAnswer, settled: Settled])[] = [
  [
    "101 with an upgrade",
    send("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    "refused",
  ],
  ["101 without an upgrade", send("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "refused"],
  [
    "101 with a body",
    send("HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nok"),
    "refused",
  ],
  ["200 with an upgrade", send(`${OK}connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 2\r\n\r\nok`), 200],
  [
    "426 with an upgrade",
    send("HTTP/1.1 426 X\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 0\r\n\r\n"),
    426,
  ],
  ["100 for ever", repeat("", "HTTP/1.1 100 Continue\r\n\r\n"), "refused"],
  ["102 for ever, slowly", repeat("", "HTTP/1.1 102 Processing\r\n\r\n", 50), "refused"],
  ["103 for ever", repeat("", "HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n"), "refused"],
  ["one 103, then the answer", send(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}content-length: 2\r\n\r\nok`), 200],
  [
    "101 after a 100",
    send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nabc"),
    "refused",
  ],
  ["one 199, which nobody knows", send("HTTP/1.1 199 X\r\n\r\n"), "late"],
  ["line ends before an answer", repeat("", "\r\n".repeat(100), 20), "late"],
  ["one 100, then nothing", send("HTTP/1.1 100 Continue\r\n\r\n"), "late"],
  ["headers without an end", repeat(OK, "a: b\r\n".repeat(100)), "refused"],
  ["headers without an end, slowly", repeat(OK, "a: b\r\n", 20), "late"],
  ["a header of 1 MB", send(`${OK}a: ${"x".repeat(1024 * 1024)}\r\ncontent-length: 0\r\n\r\n`), "refused"],
  ["half a status line", send("HTTP/1.1 2"), "late"],
  ["a body of one byte at a time", repeat(`${OK}content-length: 99\r\n\r\n`, "x", 20), "late"],
  ["content-length too long, then silence", send(`${OK}content-length: 50\r\n\r\nok`), "late"],
  ["content-length too long, then an end", send(`${OK}content-length: 50\r\n\r\nok`, "end"), "refused"],
  ["content-length too short", send(`${OK}content-length: 2\r\n\r\nok and more`), 200],
  ["a content-length over the limit", send(`${OK}content-length: 9999999999\r\n\r\n`), "refused"],
  ["a length in hex", send(`${OK}content-length: 0x2\r\n\r\nok`), "refused"],
  ["a length below zero", send(`${OK}content-length: -1\r\n\r\nok`), "refused"],
  ["two lengths", send(`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`), "refused"],
  [
    "a length and chunks",
    send(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`),
    "refused",
  ],
  ["chunks without an end", repeat(`${OK}transfer-encoding: chunked\r\n\r\n`, "1\r\nx\r\n", 20), "late"],
  [
    "chunks over the limit",
    repeat(`${OK}transfer-encoding: chunked\r\n\r\n`, `ff\r\n${"x".repeat(255)}\r\n`),
    "refused",
  ],
  ["an invalid chunk size", send(`${OK}transfer-encoding: chunked\r\n\r\nzz\r\nok\r\n`), "refused"],
  ["a chunk size of 20 digits", send(`${OK}transfer-encoding: chunked\r\n\r\n${"f".repeat(20)}\r\nok\r\n`), "refused"],
  [
    "a chunk extension without an end",
    repeat(`${OK}transfer-encoding: chunked\r\n\r\n1;`, "a=b;".repeat(200)),
    "refused",
  ],
  [
    "trailers without an end",
    repeat(`${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, "a: b\r\n".repeat(100)),
    "refused",
  ],
  ["trailers", send(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\na: b\r\n\r\n`), 200],
  [
    "a gzip bomb",
    send(Buffer.concat([Buffer.from(`${OK}content-encoding: gzip\r\n\r\n`), gzipSync(Buffer.alloc(9_000_000))]), "end"),
    "refused",
  ],
  ["an unknown encoding", send(`${OK}content-encoding: rot13\r\ncontent-length: 2\r\n\r\nbx`), "refused"],
  ["an unknown transfer coding", send(`${OK}transfer-encoding: rot13\r\n\r\nbx`), "late"],
  ["a body without an end", repeat(`${OK}\r\n`, "x".repeat(1024)), "refused"],
  ["no length, and silence", send(`${OK}\r\n`), "late"],
  ["200 without a body", send(`${OK}content-length: 0\r\n\r\n`), 200],
  ["204 with a body", send("HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok"), 204],
  ["304 with a length", send("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"), 304],
  ["a redirect to itself", redirect((url) => url), 302],
  ["a redirect to a file", redirect(() => "file:///etc/passwd"), 302],
  ["a redirect to another host", redirect((url) => url.replace("127.0.0.1", "localhost")), 302],
  [
    "a redirect to another scheme",
    redirect((url) => (url.startsWith("https") ? url.replace("s", "") : url.replace("http", "https"))),
    302,
  ],
  ["a reset within the body", send(`${OK}content-length: 50\r\n\r\nok`, "reset"), "refused"],
  ["a reset without an answer", (_, { reset }) => reset(), "refused"],
  ["an end without an answer", (socket) => void socket.end(), "refused"],
  ["an end within the headers", send(`${OK}a: b\r\n`, "end"), "refused"],
  ["SETTINGS of HTTP/2", send(SETTINGS), "refused"],
  ["GOAWAY of HTTP/2", send(Buffer.concat([SETTINGS, GOAWAY]), "end"), "refused"],
  ["text of HTTP/0.9", send("ok\n", "end"), "refused"],
  ["a status of 9 digits", send("HTTP/1.1 200000000 OK\r\ncontent-length: 0\r\n\r\n"), "refused"],
  ["a NUL in a header", send(`${OK}a: \0b\r\ncontent-length: 0\r\n\r\n`), "refused"],
  ["an answer twice", send(`${OK}content-length: 2\r\n\r\nok${OK}content-length: 2\r\n\r\nno`), 200],
  ["nothing", () => undefined, "late"],
];
