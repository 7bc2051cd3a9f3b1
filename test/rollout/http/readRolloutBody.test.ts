import { expect, it } from "vitest";
import { readRolloutBody } from "../../../src/rollout/http/readRolloutBody.ts";

type Pull = (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>;

const never = (): Promise<void> => new Promise(() => {});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A request whose body does what `pull` does. */
function request(pull: Pull, headers: Record<string, string> = {}): Request {
  const init: object = { method: "POST", headers, body: new ReadableStream<Uint8Array>({ pull }), duplex: "half" };
  return new Request("https://rollout.example/rollout", init);
}

it.each<[string, Pull, Record<string, string>, string]>([
  ["that never begins", never, {}, "bad-request"],
  [
    "that arrives byte by byte",
    async (controller) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      controller.enqueue(bytes(" "));
    },
    {},
    "bad-request",
  ],
  ["that fails", (controller) => controller.error(new Error("reset")), {}, "bad-request"],
  ["without an end", (controller) => controller.enqueue(new Uint8Array(1024)), {}, "too-large"],
  ["that is announced as too large", never, { "content-length": "16385" }, "too-large"],
])("readRolloutBody refuses a body %s", async (_, pull, headers, code) => {
  await expect(readRolloutBody(request(pull, headers), 200)).rejects.toMatchObject({ code });
});

it("readRolloutBody reads a body, in parts as well, and none", async () => {
  const parts = [bytes("{"), bytes("é}").subarray(0, 1), bytes("é}").subarray(1)];
  const whole = await readRolloutBody(
    request((controller) => {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    }),
  );
  expect(whole).toBe("{é}");
  expect(await readRolloutBody(new Request("https://rollout.example/rollout", { method: "POST" }))).toBe("");
});
