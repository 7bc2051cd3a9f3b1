import { type ClientRequest, createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { readIncoming } from "../../src/hosts/readIncoming.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server on a free port, and the first request that it gets. */
async function serve(): Promise<{ port: number; incoming: Promise<IncomingMessage> }> {
  const listening = createServer();
  server = listening;
  const incoming = new Promise<IncomingMessage>((resolve) => listening.once("request", resolve));
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return { port: (listening.address() as AddressInfo).port, incoming };
}

/** A chunked POST whose errors do not matter. */
const post = (port: number): ClientRequest => {
  const sent = request({ host: "127.0.0.1", port, method: "POST" });
  sent.on("error", () => undefined).flushHeaders();
  return sent;
};

it("resolves to true with all bytes when the body ends", async () => {
  const { port, incoming } = await serve();
  const sent = post(port);
  const chunks: Uint8Array[] = [];
  const read = readIncoming(await incoming, (chunk) => chunks.push(chunk) > 0);
  sent.write("ab");
  sent.end("c");
  expect(await read).toBe(true);
  expect(Buffer.concat(chunks).toString()).toBe("abc");
});

it("resolves to true for a body that has ended before", async () => {
  const { port, incoming } = await serve();
  post(port).end("abc");
  const first = await incoming;
  await readIncoming(first, () => true);
  expect(await readIncoming(first, () => true)).toBe(true);
});

it("resolves to false and stops to read when the chunk is the last that is wanted", async () => {
  const { port, incoming } = await serve();
  const sent = post(port);
  let chunks = 0;
  sent.write("ab");
  const first = await incoming;
  expect(
    await readIncoming(first, () => {
      chunks += 1;
      return false;
    }),
  ).toBe(false);
  expect(first.isPaused()).toBe(true);
  expect(first.listenerCount("data")).toBe(0);
  expect(chunks).toBe(1);
});

it.each<[what: string, begins: boolean]>([
  ["before", true],
  ["after", false],
])("rejects when the connection is closed %s the body is read", async (_, closesFirst) => {
  const { port, incoming } = await serve();
  const sent = post(port);
  sent.write("ab");
  const first = await incoming;
  const closed = new Promise((resolve) => first.once("close", resolve));
  const reading = closesFirst ? undefined : readIncoming(first, () => true);
  const failed = reading === undefined ? undefined : expect(reading).rejects.toThrow();
  sent.destroy();
  // Without a listener Node ends the process.
  first.on("error", () => undefined);
  await closed;
  await failed;
  await expect(readIncoming(first, () => true)).rejects.toThrow();
});
