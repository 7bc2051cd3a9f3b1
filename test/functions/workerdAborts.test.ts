import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { readReview } from "../fixtures/readReview.ts";
import { eventually } from "../run/eventually.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { JSON_HEADERS } from "./Runtime.ts";
import { WorkerdServer } from "./WorkerdServer.ts";

/** Half of the bytes that an isolate holds at one time. Two such calls leave no room for others. */
const ANNOUNCED = 7 * 1024 * 1024;

/** Starts a call that announces a body and sends only its first byte. */
function beginCall(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const head = `POST /c/local/validate?timeout=30s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${ANNOUNCED}\r\n\r\n{`;
    const socket = connect(port, "127.0.0.1", () => socket.write(head, () => resolve(socket)));
    socket.on("error", reject);
  });
}

it("under workerd, a caller that closes its connection frees its place in the isolate", async () => {
  const server = await WorkerdServer.start(await gateBundle("worker"));
  const sockets: Socket[] = [];
  const answer = async (): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}/c/local/validate`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: readReview("validate-v1-create-pods-2"),
    });
    return { status: response.status, body: await response.json() };
  };
  try {
    for (let call = 0; call < 2; call += 1) sockets.push(await beginCall(server.port));
    await eventually("a full isolate", async () => ((await answer()).status === 503 ? true : undefined));
    // Long before the deadline of the calls, which would free their places in any case.
    for (const socket of sockets) socket.resetAndDestroy();
    const after = await eventually("room in the isolate", async () => {
      const { status, body } = await answer();
      return status === 503 ? undefined : { status, body };
    });
    expect(after).toMatchObject({ status: 200, body: { response: { allowed: false } } });
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
});
