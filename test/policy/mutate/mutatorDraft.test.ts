import { describe, expect, it } from "vitest";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Loose } from "../../policies/reviewFrom.ts";
import { judge, later, mutator } from "../policyRun.ts";
import { mutateObject, reviewOf } from "./mutateObject.ts";

const pod = {
  metadata: { name: "p", labels: { a: "b" } },
  spec: {
    nodeName: "n1",
    nodeSelector: { a: "b" },
    volumes: [{ name: "v", emptyDir: {} }],
    containers: [
      { name: "b", image: "a:1", env: [{ name: "X", value: "1" }] },
      { name: "a", image: "a:2", env: [{ name: "Z", value: "2" }] },
    ],
  },
};
const [first, second] = pod.spec.containers;
const review = reviewOf(["v1", "Pod", "pods"], pod);
const copy = { ...Object(first), name: "copy" };

/** A mutator as it is written in JavaScript. */
const on = (mutate: (pod: Loose) => unknown): Policy => mutator("p", mutate);

describe("a mutator written without knowledge of drafts", () => {
  it.each<[what: string, mutate: (pod: Loose) => unknown, spec: Loose]>([
    [
      "clones a part",
      ({ spec }) => {
        const extra = structuredClone(spec.containers[0]);
        extra.name = "copy";
        spec.containers.push(extra);
      },
      { containers: [first, second, copy] },
    ],
    [
      "clones the whole",
      (draft) => {
        const before = structuredClone(draft);
        draft.spec.containers = [before.spec.containers[1]];
      },
      { containers: [second] },
    ],
    [
      "clones a part after a change of it",
      ({ spec }) => {
        spec.containers[0].name = "copy";
        spec.containers[1] = structuredClone(spec.containers[0]);
      },
      { containers: [copy, copy] },
    ],
    [
      "clones a part after an await",
      async ({ spec }) => {
        await later(undefined);
        spec.containers.push({ ...structuredClone(spec.containers[0]), name: "copy" });
      },
      { containers: [first, second, copy] },
    ],
    [
      "spreads a part",
      ({ spec }) => {
        spec.containers.push({ ...spec.containers[0], name: "copy" });
      },
      { containers: [first, second, copy] },
    ],
    [
      "copies a part through JSON",
      ({ spec }) => {
        spec.containers.push({ ...JSON.parse(JSON.stringify(spec.containers[0])), name: "copy" });
      },
      { containers: [first, second, copy] },
    ],
    [
      "uses a part twice",
      ({ spec }) => {
        spec.initContainers = spec.containers;
        spec.initContainers[0].name = "copy";
      },
      { containers: [copy, second], initContainers: [copy, second] },
    ],
    [
      "maps a list",
      ({ spec }) => {
        spec.containers = spec.containers.map((container: object) => ({ ...container, tty: true }));
      },
      {
        containers: [
          { ...first, tty: true },
          { ...second, tty: true },
        ],
      },
    ],
    [
      "filters a list",
      ({ spec }) => {
        spec.containers = spec.containers.filter(({ name }: { name: string }) => name !== "b");
      },
      { containers: [second] },
    ],
    [
      "reverses a list",
      ({ spec }) => {
        spec.containers.reverse();
      },
      { containers: [second, first] },
    ],
    [
      "sorts a list",
      ({ spec }) => {
        spec.containers.sort((left: Loose, right: Loose) => (left.name < right.name ? -1 : 1));
      },
      { containers: [second, first] },
    ],
    [
      "shortens a list",
      ({ spec }) => {
        spec.containers.length = 1;
      },
      { containers: [first] },
    ],
    [
      "unsets members",
      ({ spec }) => {
        spec.nodeName = undefined;
        spec.nodeSelector = null;
      },
      { nodeName: undefined, nodeSelector: null },
    ],
    [
      "deletes members in a loop",
      ({ spec }) => {
        for (const key in spec) if (key === "volumes") delete spec[key];
      },
      { volumes: undefined },
    ],
    [
      "assigns members",
      ({ spec }) => {
        Object.assign(spec, { securityContext: { ...spec.securityContext, runAsNonRoot: true } });
      },
      { securityContext: { runAsNonRoot: true } },
    ],
    [
      "shares a list between containers and appends to it",
      ({ spec: { containers } }) => {
        containers[0].env = containers[1].env;
        containers[1].env.push({ name: "LATER", value: "1" });
      },
      {
        containers: [
          { ...first, env: [...Object(second).env, { name: "LATER", value: "1" }] },
          { ...second, env: [...Object(second).env, { name: "LATER", value: "1" }] },
        ],
      },
    ],
  ])("%s, and its change is as meant", async (_what, mutate, spec) => {
    const { object } = await mutateObject(review, on(mutate));
    expect(object).toEqual({ ...review.object, spec: { ...pod.spec, ...spec } });
  });

  it("replaces the metadata, and its change is as meant", async () => {
    const { object } = await mutateObject(
      review,
      on((draft) => {
        draft.metadata = { ...draft.metadata, annotations: { containers: JSON.stringify(draft.spec.containers) } };
      }),
    );
    expect(object.metadata).toEqual({
      ...pod.metadata,
      annotations: { containers: JSON.stringify(pod.spec.containers) },
    });
  });

  it("clones a part of a Pod template, and the next mutator works on the result", async () => {
    const template = { metadata: {}, spec: pod.spec };
    const clone = policy({
      name: "p",
      match: { resources: ["pods"], podTemplates: true },
      mutate: (draft) => {
        const [container] = structuredClone(draft.spec?.containers ?? []);
        if (container !== undefined) draft.spec?.containers.push({ ...container, name: "copy" });
      },
    });
    const next = policy({
      name: "q",
      match: { resources: ["pods"], podTemplates: true },
      mutate: (draft) => {
        for (const container of draft.spec?.containers ?? []) container.tty = true;
      },
    });
    const deployment = reviewOf(["apps/v1", "Deployment", "deployments"], { spec: { template } });
    const { object } = await mutateObject(deployment, clone, next);
    expect(object.spec.template.spec.containers).toEqual(
      [first, second, copy].map((container) => ({ ...container, tty: true })),
    );
    expect(deployment.object).toMatchObject({ spec: { template } });
  });
});

it.each<[what: string, mutate: (pod: Loose) => unknown, message: RegExp]>([
  [
    "a changed copy is returned",
    (draft) => ({ ...draft, spec: { ...draft.spec, hostNetwork: false } }),
    /returned an object; a mutator changes its draft, such as draft\.spec\.hostNetwork = false/,
  ],
  ["the draft is returned", (draft) => draft, /returned an object; a mutator changes its draft/],
  [
    "a changed copy is returned by an async function",
    async (draft) => ({ ...draft, spec: {} }),
    /returned an object; a mutator changes its draft/,
  ],
  [
    "the length of a list is returned",
    ({ spec }) => spec.volumes.push({ name: "w" }),
    /returned a number; expected nothing, a finding/,
  ],
])("the error says what to write when %s", async (_what, mutate, message) => {
  const { verdict, log } = await judge("mutate", review, [on(mutate)]);
  expect(verdict).toMatchObject({ allowed: false, code: 500 });
  expect(log.error.mock.calls[0]?.[1]?.error).toMatchObject({ message: expect.stringMatching(message) });
});

it("a mutator that clones what cannot be cloned fails, and is called twice at most", async () => {
  let calls = 0;
  const { verdict, log } = await judge("mutate", review, [
    on((draft) => {
      calls += 1;
      draft.spec.x = structuredClone({ at: () => calls });
    }),
  ]);
  expect(verdict).toMatchObject({ allowed: false, code: 500 });
  expect(calls).toBe(2);
  expect(log.error).toHaveBeenCalledTimes(1);
});
