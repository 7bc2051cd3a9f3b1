import { connect } from "node:net";
import { expect, it } from "vitest";
import { bundleFunction } from "../../infra/bundleFunction.ts";
import { readReview } from "../fixtures/readReview.ts";
import { JSON_HEADERS } from "./Runtime.ts";
import { WorkerdServer } from "./WorkerdServer.ts";

/** Half of what an isolate holds at one time: two of them leave no room, if their places are not given back. */
const ANNOUNCED = 7 * 1024 * 1024;

/** Announces a body, sends its beginning, and resets the connection. */
function abort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const head = `POST /c/local/validate?timeout=1s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${ANNOUNCED}\r\n\r\n{`;
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(head);
      setTimeout(() => {
        socket.resetAndDestroy();
        resolve();
      }, 200);
    });
    socket.on("error", reject);
  });
}

it("a caller that goes away gives its place in the isolate back", async () => {
  const { text } = await bundleFunction("worker");
  const server = await WorkerdServer.start(text);
  try {
    for (let call = 0; call < 4; call += 1) await abort(server.port);
    // The places are free again at the calls' own deadline, a second, at the latest.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const response = await fetch(`http://127.0.0.1:${server.port}/c/local/validate`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: readReview("validate-v1-create-pods-2"),
    });
    expect(await response.json()).toMatchObject({ response: { allowed: false } });
  } finally {
    await server.stop();
  }
});
