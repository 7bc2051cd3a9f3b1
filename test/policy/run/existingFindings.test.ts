import { describe, expect, it } from "vitest";
import { disallowLatestTag } from "../../../src/policies/images/disallowLatestTag.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { requireResources } from "../../../src/policies/resources/requireResources.ts";
import { deny, warn } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { PolicyContext } from "../../../src/policy/define/PolicyContext.ts";
import { type Findings, type Policy, policy } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { deepFreeze, judge, testRun } from "../policyRun.ts";

const LATEST = disallowLatestTag();
const LABELS = requireLabels({ labels: ["team", "owner"] });
const RESOURCES = requireResources();

const RESOURCE_OF: Readonly<Record<string, [group: string, resource: string]>> = {
  Pod: ["", "pods"],
  Deployment: ["apps", "deployments"],
  ReplicaSet: ["apps", "replicasets"],
  Job: ["batch", "jobs"],
};

function updateOf(oldObject: JsonObject, object: JsonObject, changes: Partial<Review> = {}): Review {
  const kind = String(object.kind);
  const [group, resource] = RESOURCE_OF[kind] ?? ["", ""];
  return deepFreeze({
    version: "v1",
    uid: "u",
    kind: { group, version: "v1", kind },
    resource: { group, version: "v1", resource },
    subresource: "",
    namespace: "shop",
    name: "web",
    operation: "UPDATE",
    user: { username: "dev", groups: [], extra: {} },
    object,
    oldObject,
    options: null,
    dryRun: false,
    ...changes,
  }) as Review;
}

interface PodParts {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly meta?: JsonObject;
  readonly spec?: JsonObject;
  readonly init?: readonly JsonObject[];
  readonly ephemeral?: readonly JsonObject[];
}

function pod(containers: readonly JsonObject[], { labels = {}, meta = {}, spec = {}, init, ephemeral }: PodParts = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop", labels, ...meta },
    spec: {
      containers,
      ...(init === undefined ? {} : { initContainers: init }),
      ...(ephemeral === undefined ? {} : { ephemeralContainers: ephemeral }),
      ...spec,
    },
  };
}

function deployment(template: ReturnType<typeof pod>, spec: JsonObject = {}, meta: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", ...meta },
    spec: { ...spec, template: { metadata: { labels: template.metadata.labels }, spec: template.spec } },
  };
}

const web = { name: "web", image: "shop:latest" };
const ok = { name: "ok", image: "shop:1" };
const evil = { name: "evil", image: "evil:latest" };
const privileged = { privileged: true };

type Validate = (ctx: PolicyContext<Record<string, unknown>, unknown, unknown>) => Findings | Promise<Findings>;

/** A policy as users write it: without types, without `at`. */
function own(validate: Validate, more: object = {}): Policy {
  return policy({
    name: "own",
    match: { resources: ["pods"], podTemplates: true },
    validate: validate as unknown as () => Findings,
    ...more,
  });
}

type Container = {
  name: string;
  image?: string;
  securityContext?: { privileged?: boolean };
  ports?: { hostPort?: number }[];
  resources?: { limits?: Record<string, string> };
};
type PodLike = {
  metadata?: { name?: string; labels?: Record<string, string> };
  spec?: { hostNetwork?: boolean; hostPID?: boolean; replicas?: number; containers?: Container[] };
};
const podOf = (object: unknown) => object as PodLike;
const containersOf = (object: unknown) => podOf(object).spec?.containers ?? [];

const genericPrivileged = own(({ object }) =>
  containersOf(object).some((container) => container.securityContext?.privileged)
    ? deny("privileged containers are forbidden")
    : undefined,
);
const eachPrivileged = own(({ object }) =>
  containersOf(object).flatMap(({ name, securityContext }) =>
    securityContext?.privileged ? [deny(`container ${name} is privileged`)] : [],
  ),
);
const pathPrivileged = own(({ containers }) =>
  containers().flatMap(({ container, path }) =>
    Reflect.get(container, "securityContext")?.privileged ? [deny(`${path}: privileged`)] : [],
  ),
);
const hostAccess = own(({ object }) =>
  podOf(object).spec?.hostNetwork || containersOf(object).some(({ ports }) => ports?.some(({ hostPort }) => hostPort))
    ? deny("access to the host is forbidden")
    : undefined,
);
const twoHosts = own(({ object }) => [
  ...(podOf(object).spec?.hostNetwork ? [deny("no hostNetwork")] : []),
  ...(podOf(object).spec?.hostPID ? [deny("no hostPID")] : []),
]);
const genericLabels = own(({ object }) =>
  ["team", "owner"].some((key) => podOf(object).metadata?.labels?.[key] === undefined)
    ? deny("labels are missing")
    : undefined,
);
const eachLabel = own(({ object }) =>
  ["team", "owner"].flatMap((key) =>
    podOf(object).metadata?.labels?.[key] === undefined ? [deny(`label ${key} is missing`)] : [],
  ),
);
const genericLimits = own(({ object }) =>
  containersOf(object).every(({ resources }) => resources?.limits?.memory !== undefined)
    ? undefined
    : deny("memory limits are missing"),
);
const bigLimits = own(({ object }) =>
  containersOf(object).flatMap(({ resources }, index) =>
    Number.parseInt(resources?.limits?.memory ?? "0", 10) > 4
      ? [deny(`spec.containers[${index}]: the memory limit is over 4Gi`)]
      : [],
  ),
);
const privilegedFromOutside = own(({ object }) =>
  containersOf(object).some(
    ({ image, securityContext }) => securityContext?.privileged && image?.startsWith("docker.io/"),
  )
    ? deny("a bad container")
    : undefined,
);
const imageRequired = own(({ object }) =>
  containersOf(object).some((container) => (container.image as string).endsWith(":latest"))
    ? deny("images need a tag")
    : undefined,
);
const replicas = policy({
  name: "own",
  match: { resources: ["deployments"] },
  validate: ({ object }) => ((object.spec?.replicas ?? 1) > 3 ? deny("at most 3 replicas") : undefined),
});

const limited = (name: string, memory: string): JsonObject => ({
  name,
  image: "a:1",
  resources: { limits: { memory } },
});

interface Case {
  readonly policy: Policy;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly review?: Partial<Review>;
}

const ALLOWED: Readonly<Record<string, Case>> = {
  "a finalizer that is taken off": {
    policy: LATEST,
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
  },
  "a deletion in progress": {
    policy: LATEST,
    before: pod([web], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a"] } }),
    after: pod([web], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
  },
  "a workload that is scaled": {
    policy: LATEST,
    before: deployment(pod([web]), { replicas: 3 }),
    after: deployment(pod([web]), { replicas: 0 }),
  },
  "an element that moves to another index": { policy: LATEST, before: pod([web, ok]), after: pod([ok, web]) },
  "an added element without a fault": { policy: LATEST, before: pod([web]), after: pod([ok, web]) },
  "one of two faults that is mended": { policy: LATEST, before: pod([web, evil]), after: pod([ok, web]) },
  "one of two missing labels that is added": {
    policy: LABELS,
    before: pod([ok]),
    after: pod([ok], { labels: { team: "a" } }),
  },
  "one of three missing quantities that is added": {
    policy: RESOURCES,
    before: pod([ok]),
    after: pod([{ ...ok, resources: { requests: { cpu: "1" } } }]),
  },
  "an image that changes beside a missing label": {
    policy: LABELS,
    before: pod([web]),
    after: pod([{ ...web, image: "shop:2" }]),
  },
  "an ephemeral container without a fault": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web], { ephemeral: [{ name: "debugger", image: "tools:7" }] }),
    review: { subresource: "ephemeralcontainers" },
  },
  "own policy, general message: an image changes": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, image: "shop:2", securityContext: privileged }]),
  },
  "own policy, general message: an element without a fault is added": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, securityContext: privileged }]),
  },
  "own policy, message with the name: an element without a fault is added": {
    policy: eachPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, securityContext: privileged }]),
  },
  "own policy, message with the path: the index and the image change": {
    policy: pathPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([ok, { ...web, image: "shop:2", securityContext: privileged }]),
  },
  "own policy with two checks: one fault is mended": {
    policy: twoHosts,
    before: pod([ok], { spec: { hostNetwork: true, hostPID: true } }),
    after: pod([ok], { spec: { hostNetwork: true } }),
  },
  "own policy with two checks of what is missing: one label is added": {
    policy: eachLabel,
    before: pod([ok]),
    after: pod([ok], { labels: { team: "a" } }),
  },
  "own policy, general message of what is missing: an image changes": {
    policy: genericLimits,
    before: pod([web]),
    after: pod([{ ...web, image: "shop:2" }]),
  },
  "own policy, general message of what is missing: another label changes": {
    policy: genericLabels,
    before: pod([ok], { labels: { app: "a" }, spec: { hostNetwork: true } }),
    after: pod([ok], { labels: { app: "a" } }),
  },
  "own policy, general message of bad values: one of two is mended": {
    policy: own(({ object }) =>
      containersOf(object).every(({ image }) => image?.startsWith("ok/")) ? undefined : deny("images are not signed"),
    ),
    before: pod([web, evil]),
    after: pod([{ ...web, image: "ok/shop" }, evil]),
  },
  "own policy on one field: another field changes": {
    policy: replicas,
    before: deployment(pod([ok]), { replicas: 9 }),
    after: deployment(pod([web]), { replicas: 9 }),
  },
  "own policy that requires fields: the replicas change": {
    policy: imageRequired,
    before: deployment(pod([web]), { replicas: 1 }),
    after: deployment(pod([web]), { replicas: 2 }),
  },
  "own policy that is asked only about changes, with onExisting warn": {
    policy: own(({ object }) => (podOf(object).metadata?.labels?.locked ? deny("locked") : undefined), {
      match: { resources: ["pods"], operations: ["UPDATE", "DELETE"] },
      onExisting: "warn",
    }),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
  },
  "own policy with an exempt user, and a path": {
    policy: own(({ containers, user }) =>
      user.username === "system:node" ? [] : containers().map(({ path }) => deny("no", { at: `${path}.image` })),
    ),
    before: pod([ok]),
    after: pod([ok], { meta: { finalizers: ["a"] } }),
  },
  "own policy that waits": {
    policy: own(async ({ object }) => {
      await Promise.resolve();
      return containersOf(object).map(({ name, image }) => deny(`${name}: ${image}`));
    }),
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
  },
};

const DENIED: Readonly<Record<string, Case & { readonly message: string }>> = {
  "another forbidden image in the same element": {
    policy: LATEST,
    before: pod([web]),
    after: pod([{ ...web, image: "evil:latest" }]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'evil:latest' has the tag 'latest'",
  },
  "a new fault beside an old one": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web, evil]),
    message: "disallow-latest-tag: spec.containers[1].image: image 'evil:latest' has the tag 'latest'",
  },
  "a new fault at the index of an old one": {
    policy: LATEST,
    before: pod([web, ok]),
    after: pod([{ ...evil, image: "shop:latest" }, ok]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "the fault of an element, moved to another list": {
    policy: LATEST,
    before: pod([ok, web]),
    after: pod([ok], { init: [web] }),
    message: "disallow-latest-tag: spec.initContainers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a fault that an object in deletion gains": {
    policy: denyLabels(),
    before: pod([ok], { meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    after: pod([ok], { labels: { "bad-label": "1" }, meta: { deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    message: "deny-labels: Pod contains forbidden label 'bad-label'",
  },
  "another value of a forbidden label": {
    policy: denyLabels(),
    before: pod([ok], { labels: { "bad-label": "1" } }),
    after: pod([ok], { labels: { "bad-label": "2" } }),
    message: "deny-labels: Pod contains forbidden label 'bad-label'",
  },
  "a required label that is removed": {
    policy: LABELS,
    before: pod([ok], { labels: { team: "a" } }),
    after: pod([ok]),
    message: "require-labels: Pod must have the label 'team' at metadata.labels",
  },
  "an ephemeral container with its own fault": {
    policy: LATEST,
    before: pod([web]),
    after: pod([web], { ephemeral: [{ name: "debugger", image: "shop:latest" }] }),
    review: { subresource: "ephemeralcontainers" },
    message: "disallow-latest-tag: spec.ephemeralContainers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a quantity that is removed": {
    policy: RESOURCES,
    before: pod([{ ...ok, resources: { limits: { memory: "1Gi" }, requests: { cpu: "1" } } }, web]),
    after: pod([{ ...ok, resources: { limits: { memory: "1Gi" } } }, web]),
    message: "require-resources: container 'ok' must set spec.containers[0].resources.requests.cpu",
  },
  "own policy, general message: another element with the fault": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([
      { ...web, securityContext: privileged },
      { ...evil, securityContext: privileged },
    ]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, general message: the fault in another element": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }, ok]),
    after: pod([web, { ...ok, securityContext: privileged }]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, general message: the fault in an element with a new name": {
    policy: genericPrivileged,
    before: pod([{ ...web, securityContext: privileged }]),
    after: pod([{ ...web, name: "other", securityContext: privileged }]),
    message: "own: privileged containers are forbidden",
  },
  "own policy, one message for two faults: the other one in a list": {
    policy: hostAccess,
    before: pod([ok], { spec: { hostNetwork: true } }),
    after: pod([{ ...ok, ports: [{ containerPort: 1, hostPort: 1 }] }], { spec: { hostNetwork: true } }),
    message: "own: access to the host is forbidden",
  },
  "own policy, one message for two faults: the other one instead": {
    policy: hostAccess,
    before: pod([{ ...ok, ports: [{ containerPort: 1, hostPort: 1 }] }]),
    after: pod([ok], { spec: { hostNetwork: true } }),
    message: "own: access to the host is forbidden",
  },
  "own policy, one message for two missing labels: the present one is removed": {
    policy: genericLabels,
    before: pod([ok], { labels: { team: "a" } }),
    after: pod([ok]),
    message: "own: labels are missing",
  },
  "own policy, one message for two missing labels: the other one is removed": {
    policy: genericLabels,
    before: pod([ok], { labels: { owner: "a" } }),
    after: pod([ok]),
    message: "own: labels are missing",
  },
  "own policy, a value that gets worse behind the same message": {
    policy: bigLimits,
    before: pod([limited("web", "8Gi")]),
    after: pod([limited("web", "800Gi")]),
    message: "own: spec.containers[0]: the memory limit is over 4Gi",
  },
  "own policy, a number that gets worse behind the same message": {
    policy: replicas,
    before: deployment(pod([ok]), { replicas: 9 }),
    after: deployment(pod([ok]), { replicas: 10 }),
    message: "own: at most 3 replicas",
  },
  "own policy, a fault of an old and a new field together": {
    policy: privilegedFromOutside,
    before: pod([
      { name: "web", image: "docker.io/a", securityContext: privileged },
      { name: "b", image: "quay.io/b", securityContext: privileged },
    ]),
    after: pod([
      { name: "web", image: "docker.io/a", securityContext: privileged },
      { name: "b", image: "docker.io/b", securityContext: privileged },
    ]),
    message: "own: a bad container",
  },
  "own policy that requires fields: a new element": {
    policy: imageRequired,
    before: pod([web]),
    after: pod([web, evil]),
    message: "own: images need a tag",
  },
  "own policy that fails on the old object": {
    policy: own(({ object }) => {
      if (podOf(object).metadata?.labels?.old) throw new Error("x");
      return deny("no");
    }),
    before: pod([ok], { labels: { old: "1" } }),
    after: pod([ok]),
    message: "own: no",
  },
  "own policy that compares both states": {
    policy: own(({ object, oldObject }) =>
      podOf(object).spec?.hostPID === podOf(oldObject).spec?.hostPID ? undefined : deny("hostPID is immutable"),
    ),
    before: pod([ok]),
    after: pod([ok], { spec: { hostPID: true } }),
    message: "own: hostPID is immutable",
  },
  "own policy whose selector did not match before": {
    policy: own(() => deny("not in production"), {
      match: { resources: ["pods"], labels: { matchLabels: { tier: "prod" } } },
    }),
    before: pod([web]),
    after: pod([web], { labels: { tier: "prod" } }),
    message: "own: not in production",
  },
  "own policy that denies every change": {
    policy: own(() => deny("no changes today")),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: no changes today",
  },
  "own policy that denies every change in a namespace": {
    policy: own(({ object, namespace }) =>
      namespace === "shop" ? deny(`${podOf(object).metadata?.name} is in a frozen namespace`) : undefined,
    ),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: web is in a frozen namespace",
  },
  "own policy on who may change an object": {
    policy: own(({ object, user }) =>
      podOf(object).metadata?.labels?.locked && user.username !== "admin" ? deny("locked") : undefined,
    ),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
    message: "own: locked",
  },
  "own policy that is asked only about changes": {
    policy: own(({ object }) => (podOf(object).metadata?.labels?.locked ? deny("locked") : undefined), {
      match: { resources: ["pods"], operations: ["UPDATE", "DELETE"] },
    }),
    before: pod([ok], { labels: { locked: "1" } }),
    after: pod([web], { labels: { locked: "1" } }),
    message: "own: locked",
  },
  "own policy with onExisting deny": {
    policy: disallowLatestTag({ onExisting: "deny" }),
    before: pod([web], { meta: { finalizers: ["a"] } }),
    after: pod([web]),
    message: "disallow-latest-tag: spec.containers[0].image: image 'shop:latest' has the tag 'latest'",
  },
  "a policy that always throws": {
    policy: own(() => {
      throw new Error("x");
    }),
    before: pod([ok], { meta: { finalizers: ["a"] } }),
    after: pod([ok]),
    message: "own: the policy failed; the gate's log has the error",
  },
};

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
  const created = (object: JsonObject, changes: Partial<Review> = {}) =>
    ({ ...updateOf(pod([ok]), object), operation: "CREATE", oldObject: null, ...changes }) as Review;

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
    ["without the annotation", created(pod([web], { spec: { nodeName: "n" } }))],
    ["for a policy with onExisting deny", created(pod([web], { meta, spec: { nodeName: "n" } }))],
  ])("is denied %s", async (what, review) => {
    const one = what.includes("onExisting") ? disallowLatestTag({ onExisting: "deny" }) : LATEST;
    expect((await judge("validate", review, [one])).verdict.allowed).toBe(false);
  });
});
