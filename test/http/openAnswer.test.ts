import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAnswer } from "../../src/http/readAnswer.ts";

/** A server that answers with the method, the length and the body that it read. */
const server = createServer((request, response) => {
  let text = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  request.once("end", () => response.end(`${request.method} ${request.headers["content-length"]} ${text}`));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

it.each(["DELETE", "POST", "PUT", "PATCH", "GET", "OPTIONS"])(
  "openAnswer sends the whole body of a %s",
  async (method) => {
    const { port } = server.address() as AddressInfo;
    const body = '{"uid":"ü"}';
    const request = { url: new URL(`http://127.0.0.1:${port}/`), options: { method }, body };
    const { text } = await readAnswer(request, 1_000, AbortSignal.timeout(60_000));
    expect(text).toBe(`${method} ${Buffer.byteLength(body)} ${body}`);
  },
);

it("openAnswer sends no length without a body", async () => {
  const { port } = server.address() as AddressInfo;
  const request = { url: new URL(`http://127.0.0.1:${port}/`), options: { method: "GET" } };
  expect((await readAnswer(request, 1_000, AbortSignal.timeout(60_000))).text).toBe("GET undefined ");
});
