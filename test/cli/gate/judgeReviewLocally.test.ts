import { expect, it } from "vitest";
import { judgeReviewLocally } from "../../../src/cli/gate/judgeReviewLocally.ts";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../../src/gate/GateRuntime.ts";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";

const DATA = '{"__proto__":{"x":"1"},"constructor":"c"}';
let shown = "";
const gate = defineGate({
  policies: [
    policy({
      name: "stamp",
      match: { resources: ["configmaps"] },
      mutate: (draft) => {
        draft.metadata = { ...draft.metadata, labels: { stamped: "yes" } };
        return warn("stamped");
      },
    }),
    policy({
      name: "look",
      match: { resources: ["configmaps"] },
      validate: ({ object }) => {
        shown = JSON.stringify(object);
        return warn("looked");
      },
    }),
    policy({ name: "refuse", match: { resources: ["secrets"] }, mutate: () => deny("no secrets") }),
    addLabels({ labels: { app: "b" }, overwrite: true, resources: ["deployments"], podTemplates: false }),
    policy({ name: "unseen", match: { resources: ["secrets"] }, validate: () => deny("not reached") }),
  ],
  clusters: { local: { identity: "none" } },
});
const log = { debug() {}, info() {}, warn() {}, error() {} };

async function judge(text: string) {
  const runtime = new GateRuntime(gate, { now: Date.now, log, freezeReviews: true });
  const settings = await runtime.clusters.find("local");
  const object: unknown = JSON.parse(text);
  const review = isJsonObject(object) ? reviewOfManifest(object, { operation: "CREATE" }, "u") : undefined;
  if (settings === undefined || review === undefined) throw new Error("not reached");
  return judgeReviewLocally(runtime, settings, review);
}

it("judgeReviewLocally passes the patched object to validators, with keys such as __proto__", async () => {
  expect(await judge(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":${DATA}}`)).toEqual({
    result: "allowed",
    denials: [],
    exceptions: [],
    warnings: ["stamp: stamped", "look: looked"],
    audit: [],
    policies: [
      { policy: "stamp", mode: "enforce", result: "judged", findings: [{ effect: "warn", message: "stamped" }] },
      { policy: "look", mode: "enforce", result: "judged", findings: [{ effect: "warn", message: "looked" }] },
    ],
    patch: [{ op: "add", path: "/metadata/labels", value: { stamped: "yes" } }],
    object: JSON.parse(shown),
  });
  expect(shown).toBe(
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","labels":{"stamped":"yes"}},"data":${DATA}}`,
  );
});

it("judgeReviewLocally runs no validator after a mutator that denies", async () => {
  expect(await judge('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}')).toMatchObject({
    result: "denied",
    denials: ["refuse: no secrets"],
    patch: [],
  });
});

it("judgeReviewLocally says what a mutator left alone", async () => {
  const owner = { kind: "Operator", name: "o", uid: "1", controller: true };
  const deployment = { metadata: { name: "a", labels: { app: "a" }, ownerReferences: [owner] } };
  expect(await judge(JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", ...deployment }))).toMatchObject({
    result: "allowed",
    audit: ["left-alone add-labels: metadata.labels.app (a controller owns the object)"],
    patch: [],
  });
});

it("judgeReviewLocally answers a self-test with its signed denial", async () => {
  const { result, denials, policies } = await judge(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"postern-selftest","annotations":{"postern.dev/nonce":"n"}}}',
  );
  expect([result, policies]).toEqual(["denied", []]);
  expect(denials[0]).toContain('"nonce":"n"');
});
