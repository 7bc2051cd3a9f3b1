import fc from "fast-check";
import jsonpatch from "fast-json-patch";
import { describe, expect, it } from "vitest";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";
import { anyChange } from "../../protocol/anyJson.ts";
import { deepFreeze, everything, frozenReview, judge, later, mutator } from "../policyRun.ts";

const review = frozenReview("mutate-v1-create-pods-1", {
  object: deepFreeze({ metadata: { name: "a" }, list: [1, 2], deep: { a: { b: 1 } } }),
});

async function patchOf(policies: readonly Policy[], of: Review = review): Promise<unknown> {
  const { verdict } = await judge("mutate", of, policies);
  return verdict.allowed ? verdict.patch : `denied: ${verdict.message}`;
}

describe("the patch of runMutators", () => {
  const set = (name: string, member: string, value: unknown) =>
    mutator(name, (draft) => {
      draft[member] = value;
    });
  it.each<[what: string, policies: Policy[], patch: unknown]>([
    ["is empty without mutators", [], []],
    ["is empty for a mutator that changes nothing", [mutator("p", () => undefined)], []],
    [
      "is empty for mutators that set equal values",
      [
        set("p", "list", [1, 2]),
        mutator("q", (draft) => {
          draft.deep = { a: { b: 1 } };
        }),
      ],
      [],
    ],
    [
      "is empty for a change that the next mutator reverts",
      [
        set("p", "x", 1),
        mutator("q", (draft) => {
          delete draft.x;
        }),
      ],
      [],
    ],
    [
      "contains the changes of all mutators",
      [set("p", "x", 1), set("q", "y", 2)],
      [
        { op: "add", path: "/x", value: 1 },
        { op: "add", path: "/y", value: 2 },
      ],
    ],
    [
      "contains the last value of a member once",
      [set("p", "x", 1), set("q", "x", 2)],
      [{ op: "add", path: "/x", value: 2 }],
    ],
    [
      "contains changes based on the result of the mutator before",
      [
        set("p", "x", 1),
        mutator("q", (draft) => {
          draft.y = draft.x;
          delete draft.x;
        }),
      ],
      [{ op: "add", path: "/y", value: 1 }],
    ],
    [
      "is a denial for a member that is defined outside the draft",
      [
        mutator("p", (draft) => {
          Object.defineProperty(draft.deep, "x", { value: 1 });
        }),
      ],
      "denied: p: the policy failed; the gate's log has the error",
    ],
    [
      "inserts an element at the front",
      [
        mutator("p", (draft) => {
          (draft.list as number[]).unshift(0);
        }),
      ],
      [{ op: "add", path: "/list/0", value: 0 }],
    ],
    ["removes a member that is set to undefined", [set("p", "deep", undefined)], [{ op: "remove", path: "/deep" }]],
    [
      "contains a copied part of the draft",
      [
        mutator("p", (draft) => {
          draft.copy = { of: draft.deep };
        }),
      ],
      [{ op: "add", path: "/copy", value: { of: { a: { b: 1 } } } }],
    ],
    [
      "contains the changes of async mutators in order",
      [
        policy({
          name: "p",
          match: everything,
          mutate: async (draft) => {
            await later(undefined, 10);
            Object.assign(draft, { x: 1 });
          },
        }),
        mutator("q", (draft) => {
          draft.y = draft.x;
        }),
      ],
      [
        { op: "add", path: "/x", value: 1 },
        { op: "add", path: "/y", value: 1 },
      ],
    ],
  ])("%s", async (_what, policies, patch) => {
    expect(await patchOf(policies)).toEqual(patch);
  });

  it("keeps members with names such as __proto__ next to the change", async () => {
    const object: JsonObject = JSON.parse('{"a":{"__proto__":{"x":1},"constructor":{"prototype":1}}}');
    expect(
      await patchOf(
        [
          mutator("p", (draft) => {
            Object(draft.a).b = 1;
          }),
        ],
        { ...review, object },
      ),
    ).toEqual([{ op: "add", path: "/a/b", value: 1 }]);
  });

  it("is returned with warnings, and omitted with a denial", async () => {
    const { verdict } = await judge("mutate", review, [
      mutator("p", (draft) => {
        draft.x = 1;
        return warn("set x");
      }),
    ]);
    expect(verdict).toMatchObject({ allowed: true, patch: [{ op: "add" }], warnings: ["p: set x"] });
    expect(
      await patchOf([
        mutator("p", (draft) => {
          draft.x = 1;
          return deny("no");
        }),
      ]),
    ).toBe("denied: p: no");
  });
});

it("runMutators runs no mutator for a review without an object", async () => {
  expect(
    await patchOf(
      [
        policy({
          name: "p",
          match: { ...everything, operations: ["CREATE", "DELETE"] },
          mutate: () => {
            throw new Error("never");
          },
        }),
      ],
      { ...review, operation: "DELETE", object: null },
    ),
  ).toEqual([]);
});

it.each(reviewNames.filter((name) => /-(create|update)-/.test(name)))(
  "runMutators does not change the object of %s",
  async (name) => {
    const sent = frozenReview(name);
    const touch = mutator("p", (draft) => {
      Object.assign(draft, { metadata: { ...Object(draft.metadata), annotations: { "example.com/é~": "😀" } } });
    });
    const sidecar = mutator("q", (draft) => {
      const { containers } = Object(draft.spec);
      if (Array.isArray(containers)) containers.unshift({ name: "sidecar" });
    });
    const patch = await patchOf([touch, sidecar], sent);
    const { object } = JSON.parse(readReview(name)).request;
    expect(sent.object).toEqual(object);
    const { newDocument } = jsonpatch.applyPatch(object, JSON.parse(JSON.stringify(patch)), true);
    expect(newDocument.metadata.annotations).toEqual({ "example.com/é~": "😀" });
    if (sent.resource.resource === "pods" && sent.operation === "CREATE" && sent.subresource === "")
      expect(newDocument.spec.containers[0]).toEqual({ name: "sidecar" });
  },
);

it("the patch of runMutators turns any object into any result of a mutator", async () => {
  await fc.assert(
    fc.asyncProperty(anyChange(false), async ([before, after]) => {
      const object: JsonObject = deepFreeze({ ...before });
      const patch = await patchOf([mutator("p", (draft) => Object.assign(draft, after) && undefined)], {
        ...review,
        object,
      });
      expect(
        jsonpatch.applyPatch(JSON.parse(JSON.stringify(before)), JSON.parse(JSON.stringify(patch)), true).newDocument,
      ).toEqual(after);
    }),
    { numRuns: 300 },
  );
});

it.each([
  ["create-deployments", "/spec/template"],
  ["create-statefulsets", "/spec/template"],
  ["create-cronjobs", "/spec/jobTemplate/spec/template"],
])("%s: runMutators changes the Pod template in place", async (name, at) => {
  const label = policy({
    name: "p",
    match: { resources: ["pods"], podTemplates: true },
    mutate: (draft) => {
      draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, x: "y" } };
    },
  });
  const sent = frozenReview(`mutate-v1-${name}-1`);
  const patch = JSON.stringify(await patchOf([label], sent));
  expect(patch).toContain(`"path":"${at}/metadata/labels`);
  expect(patch).toContain('"y"');
});
