import { connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { readReview } from "../fixtures/readReview.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { JSON_HEADERS } from "./Runtime.ts";
import { WorkerdServer } from "./WorkerdServer.ts";

const ANNOUNCED = 7 * 1024 * 1024;
/** More than the calls that an isolate judges at one time, and with bodies that would take ten times its memory. */
const CALLERS = 200;

/** Starts a call that announces a body and sends only its first byte. */
function beginCall(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const head = `POST /c/local/validate?timeout=30s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${ANNOUNCED}\r\n\r\n{`;
    const socket = connect(port, "127.0.0.1", () => socket.write(head, () => resolve(socket)));
    socket.on("error", reject);
  });
}

it("under workerd, callers whose bodies do not arrive hold no place in the isolate, also when they are gone", async () => {
  const server = await WorkerdServer.start(await gateBundle("worker"));
  const sockets: Socket[] = [];
  const answer = async (): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${server.port}/c/local/validate`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: readReview("validate-v1-create-pods-2"),
    });
    return { status: response.status, body: await response.json() };
  };
  const verdict = { status: 200, body: { response: { allowed: false } } };
  try {
    for (let call = 0; call < CALLERS; call += 1) sockets.push(await beginCall(server.port));
    expect(await answer()).toMatchObject(verdict);
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await answer()).toMatchObject(verdict);
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
});
