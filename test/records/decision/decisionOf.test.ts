import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { denied, type Verdict } from "../../../src/protocol/review/Verdict.ts";
import { type DecidedReview, decisionOf } from "../../../src/records/decision/decisionOf.ts";
import { decisionSchema } from "../../../src/records/decision/decisionSchema.ts";
import { DEFAULT_RECORD_SETTINGS } from "../../../src/records/decision/RecordSettings.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";

const ALLOWED: Verdict = { allowed: true, patch: [], policies: [], warnings: [], auditAnnotations: {} };
/** A record is below 64 KiB. */
const MAX_BYTES = 65_536;

function reviewOf(body: string): Review {
  const decoded = decodeAdmissionReview(JSON.parse(body));
  if (!decoded.ok) throw new Error(decoded.fault.expected);
  return decoded.value;
}

function decided(more: Partial<DecidedReview> = {}, name = "validate-v1-create-pods-2"): DecidedReview {
  const body = readReview(name);
  return {
    cluster: "prod",
    settings: DEFAULT_RECORD_SETTINGS,
    identity: { tier: "none" },
    purpose: "validate",
    entry: undefined,
    part: undefined,
    body,
    review: reviewOf(body),
    verdict: ALLOWED,
    durationMs: 1.5,
    gate: { name: "postern" },
    ...more,
  };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe("decisionOf", () => {
  it.each(reviewNames.filter((name) => name.startsWith("validate") || name.startsWith("mutate")))(
    "has the documented form for %s",
    async (name) => {
      const decision = await decisionOf(decided({}, name));
      expect(decisionSchema.parse(decision)).toEqual(decision);
    },
  );

  it("says who, what and with which verdict", async () => {
    const finding = { effect: "deny", message: "no", at: "metadata.labels" } as const;
    const verdict: Verdict = {
      ...denied("deny-labels: no", 403, "Forbidden"),
      policies: [{ policy: "deny-labels", mode: "enforce", result: "judged", findings: [finding] }],
    };
    const decision = await decisionOf(
      decided({ verdict, entry: "pods", part: "v1", traceId: "0".repeat(32), certificateSerial: "0a" }),
    );
    expect(decision).toMatchObject({
      cluster: "prod",
      user: { name: "admin", groups: ["system:masters", "system:authenticated"] },
      request: {
        uid: reviewOf(readReview("validate-v1-create-pods-2")).uid,
        digest: sha256(`validate/pods/v1\0${readReview("validate-v1-create-pods-2")}`),
        operation: "CREATE",
        entry: "pods",
        part: "v1",
        dryRun: false,
      },
      verdict: {
        allowed: false,
        code: 403,
        reason: "Forbidden",
        message: "deny-labels: no",
        policies: [{ findings: [finding] }],
      },
      traceId: "0".repeat(32),
      certificateSerial: "0a",
    });
    expect(decision.request.object).toBeUndefined();
  });

  it("names the exception that permitted a denial", async () => {
    const exception = "excepted until 2027-06-30 (team-a: vendor image)";
    const verdict: Verdict = {
      allowed: true,
      patch: [],
      warnings: [],
      auditAnnotations: {},
      policies: [
        {
          policy: "deny-labels",
          mode: "enforce",
          result: "judged",
          exception,
          exceptionState: "ending",
          findings: [{ effect: "excepted", message: "no" }],
        },
      ],
    };
    const decision = await decisionOf(decided({ verdict }));
    expect(decisionSchema.parse(decision)).toEqual(decision);
    expect(decision.verdict.policies).toEqual([
      {
        policy: "deny-labels",
        mode: "enforce",
        result: "judged",
        exception,
        findings: [{ effect: "excepted", message: "no" }],
      },
    ]);
  });

  const users: readonly (readonly ["name" | "hash" | "none", object])[] = [
    ["name", { name: "admin", groups: ["system:masters", "system:authenticated"] }],
    [
      "hash",
      {
        nameHash: sha256("prod\0admin"),
        groupHashes: [sha256("prod\0system:masters"), sha256("prod\0system:authenticated")],
      },
    ],
    ["none", {}],
  ];
  it.each(users)("records users as %s", async (setting, expected) => {
    const { user } = await decisionOf(decided({ settings: { ...DEFAULT_RECORD_SETTINGS, users: setting } }));
    expect(user).toEqual(expected);
  });

  it("hashes equal objects equally, whatever the order of their members, and different ones differently", async () => {
    const review = reviewOf(readReview("validate-v1-create-pods-2"));
    const turned = { ...review, object: Object.fromEntries(Object.entries(review.object ?? {}).reverse()) };
    const other = { ...review, object: { ...review.object, extra: 1 } };
    const hashes = await Promise.all(
      [review, turned, other].map(async (it) => (await decisionOf(decided({ review: it }))).request.objectHash),
    );
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  /** A call about a Secret that has `value` in all its places, and the patch of a mutator that has it too. */
  function secretCall(value: string, more: object = {}, path = "/data/token"): DecidedReview {
    const call = JSON.parse(readReview("validate-v1-create-secrets-1"));
    const object = { ...call.request.object, data: { password: value }, stringData: { token: value }, ...more };
    object.metadata = { ...object.metadata, annotations: { note: value } };
    const body = JSON.stringify({ ...call, request: { ...call.request, object, oldObject: object } });
    const patch = [{ op: "add", path, value }] as const;
    const verdict: Verdict = { allowed: true, patch, policies: [], warnings: [], auditAnnotations: {} };
    return decided({ purpose: "mutate", body, review: reviewOf(body), verdict });
  }

  it.each(["/data", "/data/password", "/stringData/token", "/metadata/annotations/note", "/metadata", ""])(
    "has no hash that tells the value of a Secret, nor that of its patch at %j",
    async (path) => {
      const [one, two] = await Promise.all(
        ["aHVudGVyMg==", "b3RoZXI="].map((it) => decisionOf(secretCall(it, {}, path))),
      );
      expect(two).toEqual(one);
      expect(one?.verdict.patchHash).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it.each<[what: string, more: object, path: string]>([
    ["type", { type: "example.com/other" }, "/data/token"],
    ["key", { data: { other: "" } }, "/data/token"],
    ["place of the patch", {}, "/data/other"],
    ["label in the patch", {}, "/metadata/labels/a"],
  ])("tells calls about Secrets with another %s apart", async (_, more, path) => {
    const [one, two] = await Promise.all(
      [secretCall("a"), secretCall("b", more, path)].map(async (it) => {
        const { request, verdict } = await decisionOf(it);
        return [request.digest, verdict.patchHash];
      }),
    );
    expect(two).not.toEqual(one);
  });

  it("has a digest of a Secret that is too deep to be written", async () => {
    let options: object = {};
    for (let depth = 0; depth < 100_000; depth += 1) options = { options };
    const call = secretCall("a");
    if (!("operation" in call.review)) throw new Error("the review was not decoded");
    const { request } = await decisionOf({ ...call, review: { ...call.review, options: { ...options } } });
    expect(request.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("records the redacted object where that is configured", async () => {
    const settings = { ...DEFAULT_RECORD_SETTINGS, objects: "redacted" } as const;
    const body = readReview("validate-v1-create-secrets-1");
    const { request } = await decisionOf(decided({ settings, body, review: reviewOf(body) }));
    expect(request.object).toMatchObject({ kind: "Secret", data: { password: "[redacted]" } });
  });

  it("records only the uid of a review that was too large to be decoded", async () => {
    const { request, user } = await decisionOf(
      decided({ review: { uid: "a" }, verdict: denied("large", 413, "RequestEntityTooLarge") }),
    );
    expect([request.uid, request.operation, user]).toEqual(["a", "UNKNOWN", {}]);
  });

  it("hashes the patch of a mutation", async () => {
    const patch = [{ op: "add", path: "/a", value: 2n ** 60n }] as const;
    const { verdict } = await decisionOf(decided({ purpose: "mutate", verdict: { ...ALLOWED, patch } }));
    expect(verdict.patchHash).toBe(sha256('[{"op":"add","path":"/a","value":1152921504606847000}]'));
  });

  const long = "\u0000".repeat(100_000);
  const many = Array.from({ length: 5_000 }, (_, index) => `group-${index}`);
  const review = reviewOf(readReview("validate-v1-create-pods-2"));
  const findings = Array.from({ length: 5_000 }, () => ({ effect: "deny", message: "", at: long }) as const);
  const hostile: readonly (readonly [string, Partial<DecidedReview>])[] = [
    ["a long uid", { review: { ...review, uid: long } }],
    ["a long user", { review: { ...review, user: { ...review.user, username: long } } }],
    ["many groups", { review: { ...review, user: { ...review.user, groups: many } } }],
    ["long groups", { review: { ...review, user: { ...review.user, groups: [long, long] } } }],
    [
      "long names",
      {
        review: {
          ...review,
          name: long,
          namespace: long,
          subresource: long,
          kind: { group: long, version: long, kind: long },
        },
      },
    ],
    [
      "a large object",
      { settings: { ...DEFAULT_RECORD_SETTINGS, objects: "redacted" }, review: { ...review, object: { a: long } } },
    ],
    ["a long message", { verdict: denied(long) }],
    [
      "many policies with many findings",
      {
        verdict: {
          ...denied("no"),
          policies: many.map((policy) => ({ policy, mode: "enforce", result: "judged", findings })),
        },
      },
    ],
    ["a long entry and part", { entry: "e".repeat(40_000), part: "p".repeat(40_000) }],
    ["long warnings", { verdict: { ...ALLOWED, warnings: [long, long] } }],
    ["a lone surrogate", { review: { ...review, name: "\ud800", object: { a: "\udfff" } } }],
    [
      "a deep object",
      { review: { ...review, object: { deep: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) } } },
    ],
  ];
  it.each(hostile)("stays within its size and its form for %s", async (_, more) => {
    const decision = await decisionOf(decided(more));
    expect(decisionSchema.safeParse(decision).success).toBe(true);
    expect(bytesOf(decision)).toBeLessThan(MAX_BYTES);
  });

  it("stays within its size for all of these at once", async () => {
    const all = hostile.filter(([name]) => name !== "a deep object").map(([, more]) => more);
    const reviews = Object.assign({}, ...all.map((more) => more.review ?? {}));
    expect(bytesOf(await decisionOf(decided({ ...Object.assign({}, ...all), review: reviews })))).toBeLessThan(
      MAX_BYTES,
    );
  });
});
