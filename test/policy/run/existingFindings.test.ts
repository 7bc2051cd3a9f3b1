import { describe, expect, it } from "vitest";
import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { Findings } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { ALLOWED } from "../existing/allowedUpdates.ts";
import { DENIED } from "../existing/deniedUpdates.ts";
import { own } from "../existing/ownPolicies.ts";
import { deployment, evil, ok, pod, updateOf, web } from "../existing/states.ts";
import { judge, testRun } from "../policyRun.ts";

const LATEST = disallowLatestTag();

describe("an UPDATE is not denied for what the object had before", () => {
  it.each(Object.entries(ALLOWED))("%s", async (_, { policy: one, before, after, review }) => {
    const { verdict, log } = await judge("validate", updateOf(before, after, review), [one]);
    expect(verdict).toMatchObject({ allowed: true, patch: [] });
    expect(verdict.warnings.length).toBeGreaterThan(0);
    for (const warning of verdict.warnings)
      expect(warning).toMatch(/^[a-z-]+: not denied, because the object had this before: /);
    expect(Object.keys(verdict.auditAnnotations)).toEqual([`${one.name}.existing`]);
    expect(verdict.policies.flatMap(({ findings }) => findings.map(({ effect }) => effect))).toEqual(
      verdict.warnings.map(() => "existing"),
    );
    expect(log.error).not.toHaveBeenCalled();
  });
});

describe("an UPDATE is denied for what is new or worse", () => {
  it.each(Object.entries(DENIED))("%s", async (_, { policy: one, before, after, review, message }) => {
    const { verdict } = await judge("validate", updateOf(before, after, review), [one]);
    expect(verdict).toMatchObject({ allowed: false, message });
  });

  it("with the old faults as warnings", async () => {
    const { verdict } = await judge("validate", updateOf(pod([web]), pod([web, evil])), [LATEST]);
    expect(verdict).toMatchObject({
      allowed: false,
      warnings: [
        "disallow-latest-tag: not denied, because the object had this before: spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
      ],
      auditAnnotations: {
        "denied-by": "disallow-latest-tag",
        "disallow-latest-tag.existing": "spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
      },
    });
  });
});

describe("existing denials", () => {
  it("are not assumed when the old object is a guess", async () => {
    const run = { ...testRun(updateOf(pod([web]), pod([web]))), isOldGuessed: true };
    expect((await new PolicyEngine([LATEST]).validate(run)).allowed).toBe(false);
    run.deadline.dispose();
  });

  it.each<[mode: Mode, warnings: readonly string[], annotations: object]>([
    ["warn", ["own: no"], {}],
    ["audit", [], { "own.would-deny": "no" }],
  ])("are not looked for in mode %s", async (mode, warnings, auditAnnotations) => {
    let calls = 0;
    const counted = own(() => {
      calls += 1;
      return deny("no");
    });
    const { verdict } = await judge("validate", updateOf(pod([ok]), pod([ok])), [counted], { modes: { own: mode } });
    expect(verdict).toMatchObject({ allowed: true, warnings, auditAnnotations });
    expect(calls).toBe(1);
  });

  it.each<[what: string, Findings]>([
    ["nothing", undefined],
    ["a warning", warn("careful")],
  ])("are not looked for when the policy returns %s", async (_, returned) => {
    let calls = 0;
    const counted = own(() => {
      calls += 1;
      return returned;
    });
    await judge("validate", updateOf(pod([ok]), pod([ok])), [counted]);
    expect(calls).toBe(1);
  });

  it("do not stay when the deadline passes before the old object is judged", async () => {
    const slow = own(async ({ deadline }) => {
      await new Promise((resolve) => {
        deadline.addEventListener("abort", resolve);
        setTimeout(resolve, 30);
      });
      return deny("no");
    });
    const { verdict } = await judge("validate", updateOf(pod([ok]), pod([ok])), [slow], { timeoutMs: 45 });
    expect(verdict.allowed).toBe(false);
  });

  it("end with a verdict for an object that is nested too deeply to compare", async () => {
    const deep = (levels: number): JsonObject => {
      let value: JsonObject = {};
      for (let level = 0; level < levels; level += 1) value = { a: value };
      return value;
    };
    const before = { ...pod([ok]), deep: deep(9_000) };
    const review = {
      ...updateOf(pod([ok]), pod([ok])),
      oldObject: before,
      object: { ...before, metadata: { name: "x" } },
    };
    const { verdict } = await judge("validate", review, [own(() => deny("no"))]);
    expect(typeof verdict.allowed).toBe("boolean");
  });
});

describe("a mirror Pod", () => {
  const meta = { annotations: { "kubernetes.io/config.mirror": "5f2e" } };
  const kubelet = { username: "system:node:n", uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };
  const created = (object: JsonObject, changes: Partial<Review> = {}) =>
    ({ ...updateOf(pod([ok]), object), operation: "CREATE", oldObject: null, user: kubelet, ...changes }) as Review;

  it("is not denied: the kubelet runs it already", async () => {
    const { verdict } = await judge("validate", created(pod([web], { meta, spec: { nodeName: "n" } })), [LATEST]);
    expect(verdict).toMatchObject({
      allowed: true,
      warnings: [expect.stringMatching(/: not denied, because this Pod runs already: /)],
    });
  });

  it.each<[what: string, Review]>([
    ["without a node, which the API server refuses", created(pod([web], { meta }))],
    ["in a template", created(deployment(pod([web], { meta, spec: { nodeName: "n" } }), {}, meta))],
    ["of another user", created(pod([web], { meta, spec: { nodeName: "n" } }), { user: { ...kubelet, groups: [] } })],
    ["without the annotation", created(pod([web], { spec: { nodeName: "n" } }))],
    ["for a policy with onExisting deny", created(pod([web], { meta, spec: { nodeName: "n" } }))],
  ])("is denied %s", async (what, review) => {
    const one = what.includes("onExisting") ? disallowLatestTag({ onExisting: "deny" }) : LATEST;
    expect((await judge("validate", review, [one])).verdict.allowed).toBe(false);
  });
});
