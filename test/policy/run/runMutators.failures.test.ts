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

describe("runMutators denies, and hides the change from the next mutator, after a mutator", () => {
  const cycle = (draft: Draft): void => {
    draft.x = 1;
    draft.self = draft;
  };
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level += 1) deep = [deep];
  it.each<[what: string, mutate: (draft: Draft) => unknown]>([
    [
      "throws after a change",
      (draft) => {
        draft.x = 1;
        throw new Error("midway");
      },
    ],
    [
      "rejects after a change",
      async (draft) => {
        draft.x = 1;
        throw new Error("midway");
      },
    ],
    [
      "returns true",
      (draft) => {
        draft.x = 1;
        return true;
      },
    ],
    [
      "sets a Date",
      (draft) => {
        draft.x = new Date();
      },
    ],
    [
      "sets NaN",
      (draft) => {
        draft.x = Number.NaN;
      },
    ],
    [
      "sets a function",
      (draft) => {
        draft.x = () => 1;
      },
    ],
    [
      "sets a bigint beyond int64",
      (draft) => {
        draft.x = [2n ** 63n];
      },
    ],
    [
      "sets a Map",
      (draft) => {
        draft.x = new Map();
      },
    ],
    [
      "adds undefined to a list",
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
      "nests too deeply",
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
  ])("that %s", async (_what, mutate) => {
    const seen: unknown[] = [];
    const next = mutator("next", (draft) => {
      seen.push(JSON.parse(JSON.stringify(draft)));
    });
    const { verdict, log } = await judge("mutate", review, [mutator("p", mutate), next]);
    expect(verdict).toMatchObject({
      allowed: false,
      code: 500,
      message: "p: the policy failed; the gate's log has the error",
    });
    expect(seen).toEqual([review.object]);
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  it("that misses the deadline; the mutators after it miss the deadline too", async () => {
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
      { timeoutMs: 15 },
    );
    expect(verdict).toMatchObject({
      allowed: false,
      code: 504,
      message: "q: the policy missed the deadline",
      auditAnnotations: { "p.missed-deadline": expect.any(String) },
    });
  });
});
