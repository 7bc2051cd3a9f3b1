import { describe, expect, it } from "vitest";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import type { Loose } from "../../policies/reviewFrom.ts";
import { judge } from "../policyRun.ts";
import { changing, type Kind, mutateObject, reviewOf } from "./mutateObject.ts";

const POD: Kind = ["v1", "Pod", "pods"];
const DEPLOYMENT: Kind = ["apps/v1", "Deployment", "deployments"];
const REPLICA_SET: Kind = ["apps/v1", "ReplicaSet", "replicasets"];
const JOB: Kind = ["batch/v1", "Job", "jobs"];
const CRON_JOB: Kind = ["batch/v1", "CronJob", "cronjobs"];
const REPLICATION_CONTROLLER: Kind = ["v1", "ReplicationController", "replicationcontrollers"];
const ROLLOUT: Kind = ["argoproj.io/v1alpha1", "Rollout", "rollouts"];

const owned = { ownerReferences: [{ kind: "Owner", name: "o", uid: "1", controller: true }] };
const containers = [{ name: "c", image: "a:1" }];
const template = (labels: object = { app: "web" }): object => ({ metadata: { labels }, spec: { containers } });
const workload = (metadata: object = {}, spec: object = {}) => ({
  metadata: { name: "w", ...metadata },
  spec: { selector: { matchLabels: { app: "web" } }, template: template(), ...spec },
});

/** A mutator of Pods and their templates, as the README shows it. */
const alwaysPull = policy({
  name: "p",
  match: { resources: ["pods"], podTemplates: [{ group: "argoproj.io", resource: "rollouts" }] },
  mutate: (draft) => {
    for (const container of draft.spec?.containers ?? []) container.imagePullPolicy = "Always";
  },
});
const platform = addLabels({
  name: "p",
  labels: { app: "platform", team: "core" },
  overwrite: true,
  podTemplates: [{ group: "argoproj.io", resource: "rollouts" }],
});

describe("a mutator with podTemplates", () => {
  it.each<[what: string, kind: Kind, operation: string]>([
    ["a ReplicaSet of a Deployment", REPLICA_SET, "CREATE"],
    ["a ReplicaSet of a Deployment", REPLICA_SET, "UPDATE"],
    ["a Job of a CronJob", JOB, "CREATE"],
    ["a Deployment of an operator", DEPLOYMENT, "UPDATE"],
    ["a Rollout of an operator", ROLLOUT, "CREATE"],
  ])("leaves the template of %s alone on %s %s", async (_what, kind, operation) => {
    const object = workload(owned);
    const review = reviewOf(kind, object, operation === "UPDATE" ? object : undefined);
    const { object: result, left } = await mutateObject(review, alwaysPull);
    expect(result).toEqual(review.object);
    expect(left).toBe("spec.template (a controller owns the object)");
  });

  it.each<[what: string, kind: Kind]>([
    ["a Deployment", DEPLOYMENT],
    ["a ReplicaSet without a controller", REPLICA_SET],
    ["a new Job", JOB],
    ["a Rollout", ROLLOUT],
  ])("changes the template of %s", async (_what, kind) => {
    const { object, left } = await mutateObject(reviewOf(kind, workload()), alwaysPull);
    expect(object.spec.template.spec.containers[0].imagePullPolicy).toBe("Always");
    expect(left).toBeUndefined();
  });

  it("changes the Pods that a controller creates", async () => {
    const { object } = await mutateObject(reviewOf(POD, { metadata: { ...owned }, spec: { containers } }), alwaysPull);
    expect(object.spec.containers[0].imagePullPolicy).toBe("Always");
  });

  it("leaves the template of an existing Job alone", async () => {
    const job = workload();
    const review = reviewOf(JOB, { ...job, metadata: { name: "w", finalizers: [] } }, job);
    expect(await mutateObject(review, alwaysPull)).toEqual({
      object: review.object,
      left: "spec.template (immutable)",
    });
  });

  it("leaves an existing Pod alone, which kubectl annotates", async () => {
    const pod = { metadata: { name: "a" }, spec: { containers } };
    const review = reviewOf(POD, { ...pod, metadata: { name: "a", annotations: { a: "b" } } }, pod);
    expect(await mutateObject(review, alwaysPull)).toEqual({
      object: review.object,
      left: "spec.containers (immutable)",
    });
  });
});

it("a mutator that changes the whole object leaves the template of an object with a controller alone", async () => {
  const review = reviewOf(REPLICA_SET, workload(owned));
  const { object, left } = await mutateObject(
    review,
    changing((draft) => {
      draft.spec.template.spec.priorityClassName = "low";
      draft.metadata.annotations = { a: "b" };
    }),
  );
  expect(object).toEqual({ ...review.object, metadata: { name: "w", ...owned, annotations: { a: "b" } } });
  expect(left).toBe("spec.template (a controller owns the object)");
});

describe("labels that selectors use stay", () => {
  it.each<[what: string, kind: Kind, spec: Loose, left: string | undefined, labels: object]>([
    ["matchLabels", DEPLOYMENT, {}, "spec.template.metadata.labels.app (in a selector)", { app: "web", team: "core" }],
    [
      "those of a Rollout",
      ROLLOUT,
      {},
      "spec.template.metadata.labels.app (in a selector)",
      { app: "web", team: "core" },
    ],
    [
      "matchExpressions",
      DEPLOYMENT,
      { selector: { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] } },
      "spec.template.metadata.labels.app (in a selector)",
      { app: "web", team: "core" },
    ],
    [
      "a label that must not be there",
      DEPLOYMENT,
      { selector: { matchLabels: { app: "web" }, matchExpressions: [{ key: "team", operator: "DoesNotExist" }] } },
      "spec.template.metadata.labels.team (in a selector), spec.template.metadata.labels.app (in a selector)",
      { app: "web" },
    ],
    [
      "a plain map",
      REPLICATION_CONTROLLER,
      { selector: { app: "web" } },
      "spec.template.metadata.labels.app (in a selector)",
      { app: "web", team: "core" },
    ],
    [
      "a label that gets the demanded value",
      DEPLOYMENT,
      { selector: { matchLabels: { app: "platform" } } },
      undefined,
      { app: "platform", team: "core" },
    ],
    [
      "others change",
      DEPLOYMENT,
      { selector: { matchLabels: { tier: "a" } }, template: template({ tier: "a", app: "x" }) },
      undefined,
      {
        tier: "a",
        app: "platform",
        team: "core",
      },
    ],
  ])("in a template: %s", async (_what, kind, spec, left, labels) => {
    const result = await mutateObject(reviewOf(kind, workload({}, spec)), platform);
    expect(result.object.spec.template.metadata.labels).toEqual(labels);
    expect(result.left).toBe(left);
  });

  it("in the template of a CronJob's Jobs, whose selector is generated", async () => {
    const spec = { schedule: "@daily", jobTemplate: { spec: { template: template() } } };
    const names = addLabels({ name: "p", labels: { "job-name": "x", app: "y" }, overwrite: true, podTemplates: true });
    const { object, left } = await mutateObject(reviewOf(CRON_JOB, { metadata: { name: "c" }, spec }), names);
    expect(object.spec.jobTemplate.spec.template.metadata.labels).toEqual({ app: "y" });
    expect(left).toBe("spec.jobTemplate.spec.template.metadata.labels.job-name (in a selector)");
  });

  it("when a mutator replaces or removes all labels", async () => {
    for (const mutate of [
      (draft: Loose) => Object.assign(draft.spec.template.metadata, { labels: { other: "1" } }),
      (draft: Loose) => void delete draft.spec.template.metadata,
    ]) {
      const { object } = await mutateObject(reviewOf(DEPLOYMENT, workload()), changing(mutate));
      expect(object.spec.template.metadata.labels.app).toBe("web");
    }
  });

  it("unless a mutator of a new object changes the selector with them", async () => {
    const { object, left } = await mutateObject(
      reviewOf(DEPLOYMENT, workload()),
      changing(({ spec }) => {
        spec.selector.matchLabels.app = "x";
        spec.template.metadata.labels.app = "x";
      }),
    );
    expect(object).toMatchObject({ spec: { selector: { matchLabels: { app: "x" } } } });
    expect(object.spec.template.metadata.labels).toEqual({ app: "x" });
    expect(left).toBeUndefined();
  });

  it.each<[what: string, kind: Kind]>([
    ["a Pod", POD],
    ["a ReplicaSet", REPLICA_SET],
    ["a custom resource", ["example.com/v1", "Shard", "shards"]],
  ])("on %s with a controller: all that it has", async (_what, kind) => {
    const labels = { app: "web", "pod-template-hash": "abc" };
    const all = addLabels({
      name: "p",
      labels: { app: "platform", team: "core" },
      overwrite: true,
      resources: ["*"],
      apiGroups: ["*"],
    });
    const review = reviewOf(kind, { metadata: { name: "a", labels, ...owned }, spec: { containers } });
    const { object, left } = await mutateObject(review, all);
    expect(object.metadata.labels).toEqual({ ...labels, team: "core" });
    expect(left).toBe("metadata.labels.app (a controller owns the object)");
  });

  it("on an object that its controller releases", async () => {
    const released = { metadata: { name: "a", labels: { app: "web" } }, spec: workload().spec };
    const owner = { ...released, metadata: { ...released.metadata, ...owned } };
    const review = reviewOf(REPLICA_SET, released, owner);
    const change = changing((draft) => {
      draft.metadata.labels.app = "x";
      draft.spec.template.spec.priorityClassName = "low";
    });
    expect((await mutateObject(review, change)).object).toEqual(review.object);
    expect((await mutateObject(review, alwaysPull)).object).toEqual(review.object);
  });

  it("but not those that an earlier mutator added", async () => {
    const review = reviewOf(POD, { metadata: { name: "a", labels: { app: "web" }, ...owned }, spec: { containers } });
    const set = (name: string, value: string): Policy =>
      policy({
        name,
        match: { resources: ["pods"] },
        mutate: (draft) => {
          draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, team: value } };
        },
      });
    expect((await mutateObject(review, set("q", "a"), set("p", "b"))).object.metadata.labels.team).toBe("b");
  });

  it("on a Pod without a controller they change", async () => {
    const review = reviewOf(POD, { metadata: { name: "a", labels: { app: "web" } }, spec: { containers } });
    expect(await mutateObject(review, platform)).toMatchObject({
      object: { metadata: { labels: { app: "platform" } } },
    });
  });
});

describe("a mirror Pod", () => {
  const mirror = (nodeName?: string) => ({
    metadata: { name: "a", annotations: { "kubernetes.io/config.mirror": "x" } },
    spec: { containers, nodeName },
  });
  const byKubelet = (review: Review): Review => ({ ...review, user: { ...review.user, groups: ["system:nodes"] } });

  it.each<[what: string, mutator: Policy]>([
    ["a built-in", platform],
    ["a policy of the user", changing((draft) => Object.assign(draft, { x: 1 }))],
    [
      "a policy that fails",
      changing(() => {
        throw new Error("no");
      }),
    ],
  ])("is left alone by %s", async (_what, mutator) => {
    for (const subresource of ["", "status", "ephemeralcontainers"]) {
      const review = byKubelet(reviewOf(POD, mirror("n"), mirror("n"), subresource));
      const { object } = await mutateObject(review, mutator);
      expect(object).toEqual(review.object);
    }
    expect((await mutateObject(byKubelet(reviewOf(POD, mirror("n"))), mutator)).left).toBe("the Pod (a mirror Pod)");
  });

  it("is none of another user", async () => {
    expect((await mutateObject(reviewOf(POD, mirror("n")), platform)).object.metadata.labels).toBeDefined();
  });

  it("is none without a node, which the API server does not store", async () => {
    expect((await mutateObject(byKubelet(reviewOf(POD, mirror(""))), platform)).object.metadata.labels).toBeDefined();
  });
});

it("the owners of an object with a controller stay, also when a mutator replaces its metadata", async () => {
  const review = reviewOf(POD, {
    metadata: { generateName: "a-", labels: { app: "web" }, ...owned },
    spec: { containers },
  });
  const { object, left } = await mutateObject(
    review,
    changing((draft) => {
      draft.metadata = { generateName: "a-" };
    }),
  );
  expect(object).toEqual(review.object);
  expect(left).toBe(
    "metadata.ownerReferences (a controller owns the object), metadata.labels.app (a controller owns the object)",
  );
});

it.each<[kind: string, affinity: object]>([
  ["DaemonSet", { nodeAffinity: { required: ["node-1"] }, podAffinity: {} }],
  ["ReplicaSet", { podAffinity: {} }],
])("the node affinity of a Pod of a %s", async (kind, affinity) => {
  const ownerReferences = [{ kind, name: "o", uid: "1", controller: true }];
  const spec = { containers, affinity: { nodeAffinity: { required: ["node-1"] } } };
  const { object } = await mutateObject(
    reviewOf(POD, { metadata: { ownerReferences }, spec }),
    changing((draft) => {
      draft.spec.affinity = { podAffinity: {} };
    }),
  );
  expect(object.spec.affinity).toEqual(affinity);
});

it("leaveAlone: false applies every change", async () => {
  const job = workload(owned);
  const change = changing((draft) => {
    draft.spec.template.metadata.labels.app = "x";
    draft.spec.template.spec.containers[0].image = "b:1";
  }, false);
  const { object, left } = await mutateObject(reviewOf(JOB, job, job), change);
  expect(object.spec.template).toEqual({
    metadata: { labels: { app: "x" } },
    spec: { containers: [{ name: "c", image: "b:1" }] },
  });
  expect(left).toBeUndefined();
});

it.each(["warn", "audit"] as const)("in mode %s the reported patch has no part that is left alone", async (mode) => {
  const job = workload();
  const change = changing((draft) => {
    draft.spec.template.spec.containers[0].image = "b:1";
    draft.metadata.annotations = { a: "b" };
  });
  const { verdict } = await judge("mutate", reviewOf(JOB, job, job), [change], { modes: { p: mode } });
  expect(verdict).toMatchObject({
    allowed: true,
    patch: [],
    warnings: expect.not.arrayContaining([expect.stringContaining("template")]),
  });
  expect(verdict.auditAnnotations["p.left-alone"]).toBe("spec.template (immutable)");
  expect(verdict.auditAnnotations["p.would-patch"]).not.toContain("template");
});

it("what is left alone is not a warning, and keeps the findings of the policy", async () => {
  const job = workload();
  const { verdict } = await judge("mutate", reviewOf(JOB, job, job), [
    changing((draft) => Object.assign(draft.spec, { template: 1 })),
  ]);
  expect(verdict).toMatchObject({ allowed: true, patch: [], warnings: [] });
});

it("a mutator after another one finds what that one left alone as it came", async () => {
  const seen: unknown[] = [];
  const job = workload();
  await mutateObject(
    reviewOf(JOB, job, job),
    changing((draft) => Object.assign(draft.spec, { template: {} })),
    policy({
      name: "q",
      match: { resources: ["jobs"] },
      mutate: (_draft, { object }) => void seen.push(object.spec?.template),
    }),
  );
  expect(seen).toEqual([template()]);
});
