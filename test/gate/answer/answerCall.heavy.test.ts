import { afterEach, beforeEach, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { testGate } from "../gateCall.ts";

const REVIEW = readReview("validate-v1-create-pods-2");
/** Longer than a body that is decoded out of turn. */
const FILLER = " ".repeat(1_100_000);

const rejections: unknown[] = [];
const note = (error: unknown): void => void rejections.push(error);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
});

it.each<[what: string, body: string, status: number]>([
  ["a review", `${REVIEW}${FILLER}`, 200],
  ["no JSON", `{${FILLER}`, 400],
  ["JSON that is no review", `${FILLER}{}`, 400],
])(
  "a body that is judged in turn, %s, is answered, and no rejection is left unhandled",
  async (_what, body, status) => {
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const url = "https://gate.example/c/local/validate?timeout=10s";
    const answer = await testGate().app.fetch(new Request(url, { method: "POST", headers, body }));
    expect(answer.status).toBe(status);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rejections).toEqual([]);
  },
);
