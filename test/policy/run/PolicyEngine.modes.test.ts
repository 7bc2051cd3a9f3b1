import { describe, expect, it } from "vitest";
import { annotate, deny, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { type Findings, type Policy, policy } from "../../../src/policy/define/policy.ts";
import { frozenReview, judge } from "../policyRun.ts";

const review = frozenReview("validate-v1-create-pods-1");
const secret = frozenReview("validate-v1-create-secrets-1");
const match = { resources: ["pods", "secrets"] } as const;

const validators: Readonly<Record<string, () => Findings | Promise<Findings>>> = {
  denies: () => deny("no", { code: 422 }),
  throws: () => {
    throw new Error("x");
  },
  "misses the deadline": () => new Promise<void>(() => undefined),
  warns: () => warn("careful"),
  annotates: () => annotate("k", "v"),
};

describe("PolicyEngine with validators", () => {
  const failed = "the policy failed; the gate's log has the error";
  const late = "the policy missed the deadline";
  const results: Readonly<Record<string, string>> = { throws: "failed", "misses the deadline": "missed-deadline" };
  it.each<[what: keyof typeof validators & string, mode: Mode, verdict: object]>([
    [
      "denies",
      "enforce",
      {
        allowed: false,
        message: "p: no",
        code: 422,
        reason: "Invalid",
        warnings: [],
        auditAnnotations: { "denied-by": "p" },
      },
    ],
    ["denies", "warn", { allowed: true, patch: [], warnings: ["p: no"], auditAnnotations: {} }],
    ["denies", "audit", { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.would-deny": "no" } }],
    [
      "throws",
      "enforce",
      {
        allowed: false,
        message: `p: ${failed}`,
        code: 500,
        reason: "InternalError",
        warnings: [],
        auditAnnotations: { "denied-by": "p" },
      },
    ],
    ["throws", "warn", { allowed: true, patch: [], warnings: [`p: ${failed}`], auditAnnotations: {} }],
    ["throws", "audit", { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.would-deny": failed } }],
    [
      "misses the deadline",
      "enforce",
      {
        allowed: false,
        message: `p: ${late}`,
        code: 504,
        reason: "Timeout",
        warnings: [],
        auditAnnotations: { "denied-by": "p" },
      },
    ],
    ["misses the deadline", "warn", { allowed: true, patch: [], warnings: [`p: ${late}`], auditAnnotations: {} }],
    [
      "misses the deadline",
      "audit",
      { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.would-deny": late } },
    ],
    ["warns", "enforce", { allowed: true, patch: [], warnings: ["p: careful"], auditAnnotations: {} }],
    ["warns", "warn", { allowed: true, patch: [], warnings: ["p: careful"], auditAnnotations: {} }],
    ["warns", "audit", { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.would-warn": "careful" } }],
    ["annotates", "enforce", { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.k": "v" } }],
    ["annotates", "audit", { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.k": "v" } }],
  ])("applies to one that %s the mode %s", async (what, mode, expected) => {
    const validate = validators[what];
    const one: Policy = policy({ name: "p", match, ...(validate ? { validate } : {}) });
    const { verdict } = await judge("validate", review, [one], { modes: { p: mode }, timeoutMs: 15 });
    const { policies, ...rest } = verdict;
    expect(rest).toEqual(expected);
    expect(policies).toMatchObject([{ policy: "p", mode, result: results[what] ?? "judged" }]);
  });

  it("enforces a policy next to one in mode warn", async () => {
    const both = ["p", "q"].map((name) => policy({ name, match, validate: () => deny(`${name} says no`) }));
    const { verdict } = await judge("validate", review, both, { modes: { p: "warn" } });
    expect(verdict).toMatchObject({
      allowed: false,
      message: "q: q says no",
      warnings: ["p: p says no"],
      auditAnnotations: { "denied-by": "q" },
    });
  });
});

describe("PolicyEngine with mutators", () => {
  const label = policy({
    name: "p",
    match,
    mutate: (draft) => {
      draft.metadata = { ...draft.metadata, labels: { a: "s3cret" } };
    },
  });
  const seen: unknown[] = [];
  const observer = policy({
    name: "q",
    match,
    mutate: (draft) => {
      seen.push(draft.metadata?.labels?.a);
    },
  });
  const patch = [{ op: "add", path: "/metadata/labels", value: { a: "s3cret" } }];
  const bare = { ...review, object: { metadata: { name: "a" } } };

  it.each<[mode: Mode, verdict: object, seen: unknown]>([
    ["enforce", { allowed: true, patch, warnings: [], auditAnnotations: {} }, "s3cret"],
    [
      "warn",
      {
        allowed: true,
        patch: [],
        warnings: ["p: would patch: add /metadata/labels"],
        auditAnnotations: { "p.would-patch": JSON.stringify(patch) },
      },
      undefined,
    ],
    [
      "audit",
      { allowed: true, patch: [], warnings: [], auditAnnotations: { "p.would-patch": JSON.stringify(patch) } },
      undefined,
    ],
  ])("in mode %s applies the patch only for enforce, and reports it otherwise", async (mode, expected, seenLabel) => {
    seen.length = 0;
    const { verdict } = await judge("mutate", bare, [label, observer], { modes: { p: mode } });
    const { policies, ...rest } = verdict;
    expect(rest).toEqual(expected);
    const withheld = { effect: "would-patch", message: "add /metadata/labels" };
    expect(policies).toEqual([
      { policy: "p", mode, result: "judged", findings: mode === "enforce" ? [] : [withheld] },
      { policy: "q", mode: "enforce", result: "judged", findings: [] },
    ]);
    expect(seen).toEqual([seenLabel]);
  });

  it("omits the values of a Secret from the report", async () => {
    for (const mode of ["warn", "audit"] as const) {
      const { verdict } = await judge("mutate", { ...secret, object: { ...bare.object, data: {} } }, [label], {
        modes: { p: mode },
      });
      expect(verdict.auditAnnotations).toEqual({ "p.would-patch": "add /metadata/labels" });
      expect(JSON.stringify(verdict)).not.toContain("s3cret");
    }
  });

  it("does not report a mutator that changes nothing", async () => {
    expect((await judge("mutate", bare, [observer], { modes: { q: "warn" } })).verdict).toEqual({
      allowed: true,
      patch: [],
      policies: [{ policy: "q", mode: "warn", result: "judged", findings: [] }],
      warnings: [],
      auditAnnotations: {},
    });
  });

  it("applies the modes warn and audit to denials and errors", async () => {
    const denies = policy({ name: "p", match, mutate: () => deny("no") });
    const throws = policy({
      name: "q",
      match,
      mutate: () => {
        throw new Error("x");
      },
    });
    const { verdict } = await judge("mutate", bare, [denies, throws], { modes: { p: "warn", q: "audit" } });
    expect(verdict).toMatchObject({
      allowed: true,
      warnings: ["p: no"],
      auditAnnotations: { "q.would-deny": "the policy failed; the gate's log has the error" },
      policies: [
        { policy: "p", mode: "warn", result: "judged", findings: [{ effect: "warn", message: "no" }] },
        { policy: "q", mode: "audit", result: "failed", findings: [{ effect: "would-deny" }] },
      ],
    });
  });
});

const CONTROLLER = "system:serviceaccount:kube-system:replicaset-controller";
const templates = policy({
  name: "p",
  match: { resources: ["pods"], podTemplates: true },
  validate: () => deny("no"),
});

// The gate cannot know whether the owner's template has the fault: the owner may be older than the policy.
it.each<[user: string, mode: Mode, expected: object]>([
  ["jane", "enforce", { allowed: false, auditAnnotations: { "denied-by": "p" } }],
  [CONTROLLER, "enforce", { allowed: false, auditAnnotations: { "denied-by": "p" } }],
  ["jane", "warn", { allowed: true, warnings: ["p: no"] }],
  [CONTROLLER, "warn", { allowed: true, warnings: ["p: no"] }],
  ["jane", "audit", { allowed: true, auditAnnotations: { "p.would-deny": "no" } }],
  [CONTROLLER, "audit", { allowed: true, auditAnnotations: { "p.would-deny": "no" } }],
])("the fault of a Pod with an owner, created by %s, is reported in mode %s", async (username, mode, expected) => {
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "1", controller: true }];
  const review = frozenReview("validate-v1-create-pods-1", {
    user: { username, uid: "", groups: ["system:serviceaccounts"], extra: {} },
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web-1-a", namespace: "shop", ownerReferences },
      spec: {},
    },
  });
  const { verdict } = await judge("validate", review, [templates], { modes: { p: mode } });
  expect(verdict).toMatchObject(expected);
});
