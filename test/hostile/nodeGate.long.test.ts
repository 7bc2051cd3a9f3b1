import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import { type HostileServer, startNodeServer } from "./HostileServer.ts";
import { RealReviews } from "./RealReviews.ts";
import { costlyJson, postBody, reviewWith } from "./strangers/largeBodies.ts";
import { openConnection } from "./strangers/openConnection.ts";

// The Node bundle with the memory of the manifest, over TLS.

let server: HostileServer;
let reviews: RealReviews;
beforeAll(async () => {
  server = await startNodeServer(await selfSignedPair());
  reviews = new RealReviews(server);
}, 120_000);
afterAll(async () => {
  reviews.close();
  await server.stop();
});

/** Ten real reviews, all of which get their verdict. */
const expectVerdicts = async (): Promise<void> => {
  expect(await reviews.run(10, 1)).toMatchObject({ sent: 10, failed: 0, retried: 0 });
};

const head = (length: string): string =>
  `POST /c/local/validate?timeout=30s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

describe("the Node gate with 512 MiB", { timeout: 300_000 }, () => {
  it.each(Object.entries(costlyJson))("lives on after three bodies of %s at one time", async (_, json) => {
    const body = reviewWith(json());
    for (const purpose of ["validate", "mutate"]) {
      const posts = Array.from({ length: 3 }, () => postBody(server, body, purpose, AbortSignal.timeout(60_000)));
      for (const status of await Promise.all(posts)) expect([200, 503]).toContain(status);
    }
    await expectVerdicts();
  });

  it.each<[what: string, heads: readonly string[]]>([
    [
      "six chunked ones and a long one",
      [...Array(6).fill(head("Transfer-Encoding: chunked")), head("Content-Length: 8388000")],
    ],
    ["300 long ones", Array(300).fill(head("Content-Length: 20000000"))],
    ["300 that begin", Array(300).fill(`${head("Transfer-Encoding: chunked")}1\r\n{\r\n`)],
  ])("answers real reviews while requests wait for their bodies: %s", async (_, heads) => {
    const sockets: TLSSocket[] = [];
    for (const text of heads) {
      const socket = await openConnection(server, "http/1.1");
      socket.write(text);
      sockets.push(socket);
    }
    await expectVerdicts();
    for (const socket of sockets) socket.destroy();
  });

  it("answers real reviews after 20 bodies of 19 MB that do not end", async () => {
    const sockets: TLSSocket[] = [];
    for (let count = 0; count < 20; count += 1) {
      const socket = await openConnection(server, "http/1.1");
      socket.write(head("Content-Length: 20000000"));
      await new Promise((resolve) => socket.write(Buffer.alloc(19_000_000, 32), resolve));
      sockets.push(socket);
    }
    await expectVerdicts();
    for (const socket of sockets) socket.destroy();
    expect(server.resident()).toBeLessThan(512 * 1024 * 1024);
  });
});
