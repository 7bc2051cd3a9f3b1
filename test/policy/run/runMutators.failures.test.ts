import { describe, expect, it } from "vitest";
import { policy } from "../../../src/policy/define/policy.ts";
import {
  type Draft,
  deepFreeze,
  everything,
  expectNoUnhandledRejections,
  frozenReview,
  judge,
  mutator,
} from "../policyRun.ts";

expectNoUnhandledRejections();
const review = frozenReview("mutate-v1-create-pods-1", {
  object: deepFreeze({ metadata: { name: "a" }, list: [1, 2], deep: { a: { b: 1 } } }),
});

describe("one that fails denies, and leaves no trace on the next", () => {
  const cycle = (draft: Draft): void => {
    draft.x = 1;
    draft.self = draft;
  };
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level += 1) deep = [deep];
  it.each<[what: string, mutate: (draft: Draft) => unknown]>([
    [
      "throws midway",
      (draft) => {
        draft.x = 1;
        throw new Error("midway");
      },
    ],
    [
      "rejects midway",
      async (draft) => {
        draft.x = 1;
        throw new Error("midway");
      },
    ],
    [
      "returns garbage",
      (draft) => {
        draft.x = 1;
        return true;
      },
    ],
    [
      "puts a Date in",
      (draft) => {
        draft.x = new Date();
      },
    ],
    [
      "puts NaN in",
      (draft) => {
        draft.x = Number.NaN;
      },
    ],
    [
      "puts a function in",
      (draft) => {
        draft.x = () => 1;
      },
    ],
    [
      "puts a BigInt in",
      (draft) => {
        draft.x = [1n];
      },
    ],
    [
      "puts a Map in",
      (draft) => {
        draft.x = new Map();
      },
    ],
    [
      "puts undefined into a list",
      (draft) => {
        (draft.list as unknown[]).push(undefined);
      },
    ],
    [
      "leaves a hole in a list",
      (draft) => {
        (draft.list as unknown[])[5] = 1;
      },
    ],
    ["makes a cycle", cycle],
    [
      "nests without end",
      (draft) => {
        draft.x = deep;
      },
    ],
    [
      "sets a prototype",
      (draft) => {
        draft.x = 1;
        Object.setPrototypeOf(draft, {});
      },
    ],
  ])("%s", async (_what, mutate) => {
    const seen: unknown[] = [];
    const next = mutator("next", (draft) => {
      seen.push(JSON.parse(JSON.stringify(draft)));
    });
    const { verdict, log } = await judge("mutate", review, [mutator("p", mutate), next]);
    expect(verdict).toMatchObject({
      allowed: false,
      code: 500,
      message: "policy p failed; the gate's log has the error",
    });
    expect(seen).toEqual([review.object]);
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  it("one that is late leaves none either, and those behind it have no time left", async () => {
    const late = policy({
      name: "p",
      match: everything,
      onDeadline: "allow",
      mutate: (draft) => {
        Object.assign(draft, { x: 1 });
        return new Promise<void>(() => undefined);
      },
    });
    const { verdict } = await judge(
      "mutate",
      review,
      [
        late,
        mutator("q", (draft) => {
          draft.y = 1;
        }),
      ],
      { milliseconds: 15 },
    );
    expect(verdict).toMatchObject({
      allowed: false,
      code: 504,
      message: "policy q missed the deadline",
      auditAnnotations: { "p.missed-deadline": expect.any(String) },
    });
  });
});
