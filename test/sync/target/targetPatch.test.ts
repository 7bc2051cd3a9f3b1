import { expect, it } from "vitest";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import { targetPatch } from "../../../src/sync/target/targetPatch.ts";

const hook = (name: string) => ({ name, url: "https://g/c/prod/validate", bundle: "", failurePolicy: "Fail" as const });
const target: SyncTarget = {
  kind: "ValidatingWebhookConfiguration",
  name: "g",
  uid: "u",
  resourceVersion: "7",
  isCanary: false,
  hooks: [hook("a"), hook("b")],
  state: {},
  annotations: {},
  fault: undefined,
};
const CHECKS = [
  { op: "replace", path: "/metadata/resourceVersion", value: "7" },
  { op: "replace", path: "/metadata/uid", value: "u" },
];

it("targetPatch changes a failurePolicy with a test of the webhook's name and an annotation", () => {
  const hooks = [hook("a"), { ...hook("b"), failurePolicy: "Ignore" as const }];
  const state = { failingOpen: { since: 0, webhooks: ["b"] } };
  expect(targetPatch({ target, hooks, state })).toEqual([
    ...CHECKS,
    {
      op: "add",
      path: "/metadata/annotations/postern.dev~1sync-broken-glass",
      value: '{"since":"1970-01-01T00:00:00.000Z","webhooks":["b"]}',
    },
    { op: "test", path: "/webhooks/0/name", value: "a" },
    { op: "test", path: "/webhooks/1/name", value: "b" },
    { op: "replace", path: "/webhooks/1/failurePolicy", value: "Ignore" },
  ]);
});

it("targetPatch keeps a failurePolicy that the write does not contain", () => {
  const hooks = target.hooks.map(({ failurePolicy: _, ...rest }) => rest);
  const tests = ["a", "b"].map((value, index) => ({ op: "test", path: `/webhooks/${index}/name`, value }));
  expect(targetPatch({ target, hooks, state: {} })).toEqual([...CHECKS, ...tests]);
});
