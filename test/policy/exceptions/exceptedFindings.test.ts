import { describe, expect, it } from "vitest";
import { deny, type Finding, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { ENDING_MS, type PolicyException } from "../../../src/policy/define/PolicyException.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { PolicyRun } from "../../../src/policy/run/runPolicy.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import { reviewFrom } from "../../policies/reviewFrom.ts";
import { testRun } from "../policyRun.ts";

const UNTIL = "2026-12-31T00:00:00Z";
const UNTIL_MS = Date.parse(UNTIL);
const permitted = "excepted until 2026-12-31T00:00:00Z (team-a: vendor image)";

/** Denies each container whose securityContext is privileged, and a Pod with hostNetwork. */
const noPrivileged = policy({
  name: "no-privileged",
  match: { resources: ["pods"], podTemplates: true },
  reportsEachFault: true,
  validate: ({ object, containers, path }): Finding[] => [
    ...containers().flatMap(({ container, path: at }) =>
      container.securityContext?.privileged === true
        ? [deny(`${container.name} is privileged`, { at: `${at}.securityContext.privileged` })]
        : [],
    ),
    ...(object.spec?.hostNetwork === true ? [deny("hostNetwork", { at: path("spec", "hostNetwork") })] : []),
  ],
});

const exception = (narrowing: Partial<PolicyException>): PolicyException => ({
  policy: "no-privileged",
  until: UNTIL,
  untilMs: UNTIL_MS,
  reason: "vendor image",
  owner: "team-a",
  ...narrowing,
});

type Container = Readonly<Record<string, unknown>>;
const privileged = (name: string, image: string): Container => ({ name, image, securityContext: { privileged: true } });

function podReview(spec: Container, change: Partial<Review> = {}): Review {
  const review = reviewFrom("validate-v1-create-pods-2", (object, request) => {
    object.spec = { containers: [{ name: "plain", image: "plain:1" }], ...spec };
    object.metadata = { ...object.metadata, name: "web", namespace: "legacy" };
    request.namespace = "legacy";
    request.name = "web";
  });
  return { ...review, ...change };
}

interface Judging {
  readonly review: Review;
  readonly exceptions: readonly PolicyException[];
  readonly mode?: Mode;
  readonly now?: number;
}

async function judge({
  review,
  exceptions,
  mode = "enforce",
  now = UNTIL_MS - 2 * ENDING_MS,
}: Judging): Promise<Verdict> {
  const settings = { cluster: "c", modeOf: () => mode, paramsOf: () => ({}), excepting: { exceptions, now } };
  const run: PolicyRun = { ...testRun(review), settings };
  return new PolicyEngine([noPrivileged]).validate(run);
}

const agent = privileged("agent", "registry.example.com/agent:1.4");
const other = privileged("other", "registry.example.com/other:1");

describe("an exception without images", () => {
  it("permits every fault of its policy, names itself in the audit annotation, and says nothing to the client", async () => {
    const verdict = await judge({
      review: podReview({ containers: [agent], hostNetwork: true }),
      exceptions: [exception({ names: ["web"] })],
    });
    expect(verdict).toEqual({
      allowed: true,
      patch: [],
      warnings: [],
      auditAnnotations: { "no-privileged.excepted": `${permitted}: agent is privileged; ${permitted}: hostNetwork` },
      policies: [
        {
          policy: "no-privileged",
          mode: "enforce",
          result: "judged",
          exception: permitted,
          exceptionState: "valid",
          findings: [
            { effect: "excepted", message: "agent is privileged", at: "spec.containers[0].securityContext.privileged" },
            { effect: "excepted", message: "hostNetwork", at: "spec.hostNetwork" },
          ],
        },
      ],
    });
  });

  it("is reported as not needed where the object has no fault", async () => {
    const verdict = await judge({ review: podReview({}), exceptions: [exception({ names: ["web"] })] });
    expect(verdict.auditAnnotations).toEqual({ "no-privileged.exception-unneeded": permitted });
    expect(verdict).toMatchObject({ allowed: true, warnings: [] });
  });

  it("does not speak of an object that it is not for", async () => {
    const verdict = await judge({ review: podReview({}), exceptions: [exception({ names: ["api"] })] });
    expect(verdict.auditAnnotations).toEqual({});
  });
});

describe("an exception with images", () => {
  const exceptions = [exception({ images: ["registry.example.com/agent:1.4"] })];

  it.each<[what: string, spec: Container]>([
    ["a container", { containers: [agent] }],
    ["an init container", { initContainers: [agent] }],
    ["an ephemeral container", { ephemeralContainers: [agent] }],
    ["two containers", { containers: [agent, { ...agent, name: "second" }] }],
  ])("permits the faults of %s with such an image", async (_what, spec) => {
    expect(await judge({ review: podReview(spec), exceptions })).toMatchObject({ allowed: true });
  });

  it.each<[what: string, spec: Container, message: string]>([
    ["another container", { containers: [agent, other] }, "no-privileged: other is privileged"],
    [
      "an init container with another image",
      { initContainers: [other], containers: [agent] },
      "no-privileged: other is privileged",
    ],
    [
      "an ephemeral container with another image",
      { containers: [agent], ephemeralContainers: [other] },
      "no-privileged: other is privileged",
    ],
    [
      "another tag",
      { containers: [privileged("agent", "registry.example.com/agent:1.5")] },
      "no-privileged: agent is privileged",
    ],
    [
      "a digest",
      { containers: [privileged("agent", `registry.example.com/agent:1.4@sha256:${"a".repeat(64)}`)] },
      "no-privileged: agent is privileged",
    ],
    [
      "a container without an image",
      { containers: [{ name: "none", securityContext: { privileged: true } }] },
      "no-privileged: none is privileged",
    ],
    ["the Pod as a whole", { containers: [agent], hostNetwork: true }, "no-privileged: hostNetwork"],
    [
      "the eleventh container beside the second",
      {
        containers: [...Array(10).keys()]
          .map((n) => ({ ...agent, name: `a${n}` }))
          .concat([other as typeof agent & { name: string }]),
      },
      "no-privileged: other is privileged",
    ],
  ])("does not permit a fault of %s", async (_what, spec, message) => {
    expect(await judge({ review: podReview(spec), exceptions })).toMatchObject({ allowed: false, message });
  });

  it("permits the faults of a Pod template, with the path in the workload", async () => {
    const review = reviewFrom("validate-v1-create-deployments-1", ({ spec }) => {
      spec.template.spec.containers = [agent];
    });
    expect(await judge({ review, exceptions })).toMatchObject({
      allowed: true,
      policies: [
        { findings: [{ effect: "excepted", at: "spec.template.spec.containers[0].securityContext.privileged" }] },
      ],
    });
  });

  it("is not needed where the image has no fault, and not spoken of where no container has it", async () => {
    const plain = { containers: [{ name: "agent", image: agent.image }] };
    expect((await judge({ review: podReview(plain), exceptions })).auditAnnotations).toEqual({
      "no-privileged.exception-unneeded": permitted,
    });
    expect((await judge({ review: podReview({}), exceptions })).auditAnnotations).toEqual({});
  });
});

describe("an update of an excepted object", () => {
  const exceptions = [exception({ images: ["registry.example.com/agent:1.4"] })];
  const update = (before: Container, after: Container): Review => {
    const old = podReview(before).object;
    return { ...podReview(after), operation: "UPDATE", oldObject: old };
  };

  it("is denied for a fault that it adds to another container", async () => {
    const review = update({ containers: [agent] }, { containers: [agent, other] });
    expect(await judge({ review, exceptions })).toMatchObject({
      allowed: false,
      message: "no-privileged: other is privileged",
    });
  });

  it.each<[what: string, image: string, more: Partial<PolicyException>, change: Partial<Review>, now: number]>([
    ["another image", "evil:1", {}, {}, 0],
    ["another tag", "registry.example.com/agent:1.5", {}, {}, 0],
    ["another image by a user that the exception is not for", "evil:1", { subjects: ["alice"] }, {}, 0],
    ["another image after the end of the exception", "evil:1", {}, {}, UNTIL_MS],
    ["another image in an object whose controller has the name", "evil:1", { names: ["deployment"] }, {}, 0],
  ])("is denied for %s in the excepted container", async (_what, image, more, change, now) => {
    const review = { ...update({ containers: [agent] }, { containers: [{ ...agent, image }] }), ...change };
    const verdict = await judge({ review, exceptions: exceptions.map((one) => ({ ...one, ...more })), now });
    expect(verdict).toMatchObject({ allowed: false, message: "no-privileged: agent is privileged" });
  });

  it.each<[what: string, more: Partial<PolicyException>]>([
    ["that another exception names for another user", { subjects: ["alice"] }],
    ["that an exception named until it ended", { untilMs: 0 }],
  ])("is denied for an image %s", async (_what, more) => {
    const review = update({ containers: [agent] }, { containers: [privileged("agent", "other:1")] });
    const verdict = await judge({
      review: { ...review, user: { ...review.user, username: "bob" } },
      exceptions: [...exceptions, exception({ images: ["other:1"], ...more })],
      now: 1,
    });
    expect(verdict).toMatchObject({ allowed: false, message: "no-privileged: agent is privileged" });
  });

  it("counts an old fault once, where two containers have one name, as a custom resource can", async () => {
    const old = privileged("agent", "other:1");
    const review = update({ containers: [old] }, { containers: [agent, old] });
    const verdict = await judge({ review, exceptions: exceptions.map((one) => ({ ...one, subjects: ["alice"] })) });
    expect(verdict).toMatchObject({ allowed: false, message: "no-privileged: agent is privileged" });
  });

  it("is allowed with a warning where its fault stays as it is, by a user that the exception is not for", async () => {
    const review = update({ containers: [agent] }, { containers: [agent] });
    const verdict = await judge({ review, exceptions: exceptions.map((one) => ({ ...one, subjects: ["alice"] })) });
    expect(verdict).toMatchObject({ allowed: true, policies: [{ findings: [{ effect: "existing" }] }] });
  });

  it("is allowed where nothing is added, also with an old fault elsewhere", async () => {
    const review = update({ containers: [agent, other] }, { containers: [agent, other] });
    const { policies } = await judge({ review, exceptions });
    expect(policies[0]?.findings.map(({ effect }) => effect)).toEqual(["excepted", "existing"]);
  });
});

describe("the end of an exception", () => {
  const review = podReview({ containers: [agent] });
  const exceptions = [exception({ names: ["web"] })];

  it.each<[when: string, now: number, expected: object]>([
    ["long before", UNTIL_MS - ENDING_MS - 1, { allowed: true, warnings: [], policies: [{ exceptionState: "valid" }] }],
    [
      "14 days before",
      UNTIL_MS - ENDING_MS,
      {
        allowed: true,
        warnings: [`no-privileged: ${permitted}: agent is privileged`],
        policies: [{ exceptionState: "ending" }],
      },
    ],
    ["in its last millisecond", UNTIL_MS - 1, { allowed: true }],
    ["at its end", UNTIL_MS, { allowed: false, message: "no-privileged: agent is privileged", warnings: [] }],
    ["after it", UNTIL_MS + 1, { allowed: false }],
  ])("%s", async (_when, now, expected) => {
    expect(await judge({ review, exceptions, now })).toMatchObject(expected);
  });

  it("that comes last counts, of two that are for the object", async () => {
    const longer = exception({ namespaces: ["legacy"], untilMs: UNTIL_MS + 1, until: "later" });
    const verdict = await judge({ review, exceptions: [...exceptions, longer], now: UNTIL_MS });
    expect(verdict).toMatchObject({
      allowed: true,
      policies: [{ exception: "excepted until later (team-a: vendor image)" }],
    });
  });
});

it.each<[mode: Mode, effect: string, without: string]>([
  ["enforce", "excepted", "deny"],
  ["warn", "excepted", "warn"],
  ["audit", "excepted", "would-deny"],
])("in the mode %s a denial is %s, and %s without the exception", async (mode, effect, without) => {
  const review = podReview({ containers: [agent] });
  const verdict = await judge({ review, mode, exceptions: [exception({ names: ["web"] })] });
  expect(verdict).toMatchObject({ allowed: true, warnings: [], policies: [{ mode, findings: [{ effect }] }] });
  const plain = await judge({ review, mode, exceptions: [exception({ names: ["api"] })] });
  expect(plain).toMatchObject({ policies: [{ findings: [{ effect: without }] }] });
});

describe("what no exception permits", () => {
  const run = async (validate: () => Finding | never, policyName = "p"): Promise<Verdict> => {
    const of = policy({ name: "p", match: { resources: ["pods"] }, validate });
    const exceptions = [exception({ policy: policyName, names: ["web"] })];
    const settings = {
      cluster: "c",
      modeOf: () => "enforce" as const,
      paramsOf: () => ({}),
      excepting: { exceptions, now: 0 },
    };
    return new PolicyEngine([of]).validate({ ...testRun(podReview({})), settings });
  };

  it("a policy that fails", async () => {
    const verdict = await run(() => {
      throw new Error("a bug");
    });
    expect(verdict).toMatchObject({ allowed: false, code: 500 });
  });

  it("another policy", async () => {
    expect(await run(() => deny("no"), "q")).toMatchObject({ allowed: false });
  });

  it("nothing is taken from warnings", async () => {
    expect(await run(() => warn("careful"))).toMatchObject({ allowed: true, warnings: ["p: careful"] });
  });
});

it("a mutator does not change an excepted object, and the audit log has what it would change", async () => {
  const labels = policy({
    name: "add-label",
    match: { resources: ["pods"] },
    mutate: (draft) => {
      draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, a: "b" } };
    },
  });
  const exceptions = [exception({ policy: "add-label", names: ["web"] })];
  const settings = {
    cluster: "c",
    modeOf: () => "enforce" as const,
    paramsOf: () => ({}),
    excepting: { exceptions, now: 0 },
  };
  const verdict = await new PolicyEngine([labels]).mutate({ ...testRun(podReview({})), settings });
  expect(verdict).toMatchObject({
    allowed: true,
    patch: [],
    warnings: [],
    auditAnnotations: {
      "add-label.excepted": permitted,
      "add-label.would-patch": expect.stringContaining("/metadata/labels"),
    },
    policies: [{ exception: permitted, findings: [{ effect: "would-patch" }] }],
  });
});
