import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { deny } from "../../src/policy/define/Finding.ts";
import { policy } from "../../src/policy/define/policy.ts";
import { readReview, reviewNames } from "../fixtures/readReview.ts";
import { reviewCall, testGate } from "./gateCall.ts";

const STATUSES = [200, 400, 401, 404, 405, 413, 415, 422];
const PATHS = [
  "/c/local/validate",
  "/c/local/mutate",
  "/c/local/convert",
  "/c/local/validate/entry",
  "/c/other/validate",
  "/",
  "/healthz",
  "/readyz",
  "/openapi.json",
];

/** Counts policy calls, to find an `allowed: true` that no policy decided. */
const judged = vi.fn();
const everything = {
  resources: ["*/*"],
  apiGroups: ["*"],
  operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
} as const;
const { app } = testGate({
  policies: [
    policy({
      name: "judge",
      match: everything,
      validate: ({ object, oldObject }) => {
        judged();
        return JSON.stringify([object, oldObject]).includes("evil") ? deny("evil") : undefined;
      },
      mutate: () => {
        judged();
      },
    }),
  ],
});

async function check(path: string, body: string): Promise<void> {
  judged.mockClear();
  const response = await app.fetch(reviewCall(path, body));
  expect(STATUSES).toContain(response.status);
  const text = await response.text();
  const answer = JSON.parse(text);
  if (response.status !== 200) {
    expect(answer).toEqual({
      error: {
        code: expect.any(String),
        message: expect.any(String),
        ...("path" in answer.error ? { path: expect.any(String) } : {}),
      },
    });
    return;
  }
  // Mutators do not run for a review without an object.
  const nothingToChange = path.includes("mutate") && (JSON.parse(body).request.object ?? null) === null;
  if (answer.response?.allowed === true && !nothingToChange) expect(judged).toHaveBeenCalled();
  if (
    path.includes("validate") &&
    JSON.stringify([JSON.parse(body).request.object, JSON.parse(body).request.oldObject]).includes("evil")
  )
    expect(answer.response.allowed).toBe(false);
}

it("a gate answers any JSON on any route with a documented status, and allows only what a policy has judged", async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...PATHS), fc.json({ maxDepth: 6 }), check), { numRuns: 1500 });
});

it("a gate answers any text and any cut review with a documented status, and allows only what a policy has judged", async () => {
  const cut = fc
    .tuple(fc.constantFrom(...reviewNames), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([name, part]) => {
      const text = readReview(name);
      return text.slice(0, Math.floor(text.length * part));
    });
  await fc.assert(fc.asyncProperty(fc.constantFrom(...PATHS), fc.oneof(fc.string({ unit: "binary" }), cut), check), {
    numRuns: 1000,
  });
});

/** A captured review with one part replaced by any JSON, or removed. */
const damaged = fc
  .record({
    name: fc.constantFrom(...reviewNames),
    steps: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    value: fc.oneof(fc.constant(undefined), fc.constant("evil"), fc.jsonValue({ maxDepth: 2 })),
  })
  .map(({ name, steps, value }) => {
    const review = JSON.parse(readReview(name));
    let at = review;
    for (const [depth, step] of steps.entries()) {
      const keys = Object.keys(at);
      const key = keys[step % Math.max(keys.length, 1)];
      if (key === undefined) break;
      const next = at[key];
      if (depth === steps.length - 1 || typeof next !== "object" || next === null) {
        if (value === undefined) delete at[key];
        else at[key] = value;
        break;
      }
      at = next;
    }
    return JSON.stringify(review);
  });

it("a gate answers a review with one damaged part with a documented status, and allows only what a policy has judged", async () => {
  await fc.assert(fc.asyncProperty(fc.constantFrom(...PATHS.slice(0, 5)), damaged, check), { numRuns: 3000 });
});
