import { expect, it } from "vitest";
import { judgeReviewLocally } from "../../../src/cli/gate/judgeReviewLocally.ts";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { GateRuntime } from "../../../src/gate/GateRuntime.ts";
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
    policy({ name: "unseen", match: { resources: ["secrets"] }, validate: () => deny("not reached") }),
  ],
  clusters: { local: {} },
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
    allowed: true,
    message: "",
    warnings: ["stamp: stamped", "look: looked"],
    patch: [{ op: "add", path: "/metadata/labels", value: { stamped: "yes" } }],
  });
  expect(shown).toBe(
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","labels":{"stamped":"yes"}},"data":${DATA}}`,
  );
});

it("judgeReviewLocally runs no validator after a mutator that denies", async () => {
  expect(await judge('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}')).toEqual({
    allowed: false,
    message: "no secrets",
    warnings: [],
    patch: [],
  });
});

it("judgeReviewLocally answers a self-test with its signed denial", async () => {
  const { allowed, message } = await judge(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"postern-selftest","annotations":{"postern.dev/nonce":"n"}}}',
  );
  expect(allowed).toBe(false);
  expect(message).toContain('"nonce":"n"');
});
