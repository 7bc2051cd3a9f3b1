import { describe, expect, it } from "vitest";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Decision } from "../../../src/records/decision/decisionSchema.ts";
import { RecordError } from "../../../src/records/RecordError.ts";
import type { Recorder } from "../../../src/records/writer/Recorder.ts";
import { SELF_TEST_NAMESPACE } from "../../../src/registration/selftest/selfTestNames.ts";
import { NONCE_ANNOTATION } from "../../../src/registration/selftest/selfTestObjects.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { reviewCall, testGate } from "../gateCall.ts";
import { openCluster } from "../openCluster.ts";

type Profile = "latency" | "compliance" | "off";

const pods = { resources: ["pods"] } as const;
const allows = policy({ name: "allows", version: "2.1", match: pods, validate: () => [] });
const warns = policy({ name: "warns", match: pods, validate: () => warn("careful") });
const denies = policy({ name: "denies", match: pods, validate: () => deny("no") });
const throws = policy({
  name: "throws",
  match: pods,
  validate: () => {
    throw new Error("broken");
  },
});
const late = policy({ name: "late", match: pods, validate: () => new Promise(() => undefined), onDeadline: "allow" });
const mutates = policy({
  name: "mutates",
  match: pods,
  mutate: (pod) => {
    pod.metadata = { ...pod.metadata, labels: { a: "b" } };
  },
});

const LEAF = "ab".repeat(32);

/** A recorder that keeps what it gets. */
function testRecorder(now?: (decision: Decision) => Promise<{ leaf: string; seq: number }>) {
  const later: (() => Promise<Decision>)[] = [];
  const recorded: Decision[] = [];
  const recorder: Recorder = {
    later: (decide) => void later.push(decide),
    ...(now === undefined
      ? {}
      : {
          now: (decision) => {
            recorded.push(decision);
            return now(decision);
          },
        }),
  };
  return { recorder, recorded, later };
}

async function call(
  policies: readonly Policy[],
  records: { readonly profile: Profile; readonly sample?: number } | undefined,
  recorder: Recorder | undefined,
  { path = "/c/local/validate?timeout=1s", body = readReview("validate-v1-create-pods-2") } = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly retryAfter: string | null }> {
  const { app } = testGate(
    { policies, clusters: { local: openCluster(records === undefined ? {} : { records }) } },
    { records: recorder, gateVersion: "v7" },
  );
  const response = await app.fetch(reviewCall(path, body));
  return { status: response.status, body: await response.json(), retryAfter: response.headers.get("retry-after") };
}

describe("the profile latency records after the answer", () => {
  const cases: readonly (readonly [string, readonly Policy[], number, number])[] = [
    ["no request that is allowed, outside of the sample", [allows], 0, 0],
    ["no warning, outside of the sample", [warns], 0, 0],
    ["a request of the sample", [allows], 1, 1],
    ["a denial", [denies], 0, 1],
    ["a policy that throws", [throws], 0, 1],
    ["a policy that misses the deadline", [late], 0, 1],
  ];
  it.each(cases)("%s", async (_, policies, sample, expected) => {
    const { recorder, later } = testRecorder();
    const { status, body } = await call(policies, { profile: "latency", sample }, recorder);
    expect([status, later.length]).toEqual([200, expected]);
    expect(body.response).not.toHaveProperty("auditAnnotations.receipt");
    const [decide] = later;
    if (decide !== undefined)
      expect(await decide()).toMatchObject({ cluster: "local", gate: { name: "postern", version: "v7" } });
  });

  it("is that of a cluster without settings", async () => {
    const { recorder, later } = testRecorder();
    await call([denies], undefined, recorder);
    expect(later).toHaveLength(1);
  });

  it("needs no recorder", async () => {
    expect(await call([denies], { profile: "latency" }, undefined)).toMatchObject({ status: 200 });
  });
});

describe("the profile compliance", () => {
  const receipt = async () => ({ leaf: LEAF, seq: 3 });

  it("records every decision before the answer, with its receipt as an audit annotation", async () => {
    const { recorder, recorded, later } = testRecorder(receipt);
    const { body } = await call([allows], { profile: "compliance" }, recorder);
    expect(body).toMatchObject({ response: { allowed: true, auditAnnotations: { receipt: LEAF } } });
    expect([recorded.length, later.length]).toEqual([1, 0]);
    expect(recorded[0]).toMatchObject({
      request: { operation: "CREATE" },
      verdict: { allowed: true, policies: [{ policy: "allows", version: "2.1", mode: "enforce", result: "judged" }] },
    });
  });

  it("records a mutation with the hash of its patch", async () => {
    const { recorder, recorded } = testRecorder(receipt);
    const { body } = await call([mutates], { profile: "compliance" }, recorder, { path: "/c/local/mutate" });
    expect(body).toMatchObject({ response: { patchType: "JSONPatch", auditAnnotations: { receipt: LEAF } } });
    expect(recorded[0]?.verdict.patchHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("records a denial of a review that is too large", async () => {
    const { recorder, recorded } = testRecorder(receipt);
    const { uid } = JSON.parse(readReview("validate-v1-create-pods-2")).request;
    const body = readReview("validate-v1-create-pods-2").replace(/}\s*$/, `,"x":"${"x".repeat(21 * 1024 * 1024)}"}`);
    const answer = await call([allows], { profile: "compliance" }, recorder, { body });
    expect(answer.body).toMatchObject({ response: { uid, allowed: false, auditAnnotations: { receipt: LEAF } } });
    expect(recorded[0]?.request).toMatchObject({ uid, operation: "UNKNOWN" });
  });

  const failures: readonly (readonly [string, Recorder | undefined])[] = [
    ["without a recorder", undefined],
    ["without stores", testRecorder().recorder],
    [
      "when a store fails",
      testRecorder(() => Promise.reject(new RecordError("store-unavailable", "disk full"))).recorder,
    ],
    ["when the queue is full", testRecorder(() => Promise.reject(new RecordError("queue-full", "too many"))).recorder],
    ["when the record is not durable by the deadline", testRecorder(() => new Promise(() => undefined)).recorder],
  ];
  it.each(failures)("answers 503 with Retry-After %s", async (_, recorder) => {
    const { status, body, retryAfter } = await call([allows], { profile: "compliance" }, recorder);
    expect([status, retryAfter]).toEqual([503, "1"]);
    expect(body).toMatchObject({ error: { code: "not-recorded" } });
    expect(JSON.stringify(body)).not.toContain("disk full");
  });
});

it("the profile off records nothing", async () => {
  const { recorder, later, recorded } = testRecorder(async () => ({ leaf: LEAF, seq: 0 }));
  const { body } = await call([denies], { profile: "off" }, recorder);
  expect(body).toMatchObject({ response: { allowed: false } });
  expect([later, recorded]).toEqual([[], []]);
});

it("a self-test is answered whatever the stores, and is not recorded", async () => {
  const review = JSON.parse(readReview("validate-v1-create-pods-2"));
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: SELF_TEST_NAMESPACE, annotations: { [NONCE_ANNOTATION]: "0123456789abcdef" } },
  };
  const resource = { group: "", version: "v1", resource: "configmaps" };
  review.request = { ...review.request, resource, namespace: SELF_TEST_NAMESPACE, object };
  const { status, body } = await call([allows], { profile: "compliance" }, undefined, { body: JSON.stringify(review) });
  expect([status, body]).toMatchObject([200, { response: { allowed: false } }]);
});
