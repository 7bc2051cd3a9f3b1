import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { PolicyContext } from "../../../src/policy/define/PolicyContext.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview, judge } from "../policyRun.ts";

type Context = PolicyContext<unknown, unknown, unknown>;

/** Runs `look` as a policy on Pods and Pod templates. Undefined when the policy failed. */
async function contextOf<T>(
  review: Review,
  look: (context: Context) => T,
  match: Partial<Match> = {},
): Promise<T | undefined> {
  let seen: T | undefined;
  const one = policy({
    name: "p",
    match: { resources: ["pods"], podTemplates: true, ...match },
    validate: (context) => {
      seen = look(context);
    },
  });
  await judge("validate", review, [one], { params: { p: { limit: 1 } } });
  return seen;
}

const pod = frozenReview("validate-v1-create-pods-1");
const withObject = (object: JsonObject | null, changes: Partial<Review> = {}): Review => ({
  ...pod,
  object,
  ...changes,
});
const paths = ({ containers }: Context): string[] =>
  containers().map(({ path, container }) => `${path} ${container.name}`);
const c = (name: string) => ({ name });

describe("ReviewContext", () => {
  it("has the fields of the review of a Pod", async () => {
    const { object, oldObject, operation, subresource, kind, resource, namespace, name, user, dryRun } = pod;
    const shown = await contextOf(pod, (x) => ({
      object: x.object,
      oldObject: x.oldObject,
      operation: x.operation,
      subresource: x.subresource,
      kind: x.kind,
      resource: x.resource,
      namespace: x.namespace,
      name: x.name,
      user: x.user,
      dryRun: x.dryRun,
      params: x.params,
    }));
    expect(shown).toEqual({
      object,
      oldObject,
      operation,
      subresource,
      kind,
      resource,
      namespace,
      name,
      user,
      dryRun,
      params: { limit: 1 },
    });
    expect(await contextOf(pod, (x) => x.object)).toBe(object);
  });

  it.each([
    ["validate-v1-create-deployments-1", "spec.template.spec.containers[0]"],
    ["validate-v1-create-statefulsets-1", "spec.template.spec.containers[0]"],
    ["validate-v1-create-cronjobs-1", "spec.jobTemplate.spec.template.spec.containers[0]"],
  ])("has the template of %s as a Pod, with real paths", async (name, path) => {
    const shown = await contextOf(frozenReview(name), (x) => ({
      object: x.object,
      path: x.path("spec", "containers", 0),
      first: x.containers()[0]?.path,
    }));
    expect(shown).toMatchObject({
      object: { apiVersion: "v1", kind: "Pod", metadata: {}, spec: { containers: [{}] } },
      path,
      first: path,
    });
  });

  it("quotes names with other characters in paths", async () => {
    expect(
      await contextOf(pod, ({ path }) => [path("metadata", "labels", 'a.b/"c"'), path(), path("a", 0, "b-c_d")]),
    ).toEqual(['metadata.labels["a.b/\\"c\\""]', "", "a[0].b-c_d"]);
  });
});

describe("ReviewContext.containers", () => {
  const all = {
    kind: "Pod",
    spec: { containers: [c("a"), c("b")], initContainers: [c("i")], ephemeralContainers: [c("e")] },
  };
  it.each<[what: string, object: JsonObject | null, match: Partial<Match>, seen: string[] | undefined]>([
    [
      "containers of all kinds",
      all,
      {},
      ["spec.initContainers[0] i", "spec.containers[0] a", "spec.containers[1] b", "spec.ephemeralContainers[0] e"],
    ],
    [
      "containers without ephemeral ones",
      all,
      { ephemeralContainers: false },
      ["spec.initContainers[0] i", "spec.containers[0] a", "spec.containers[1] b"],
    ],
    ["no containers for null lists", { kind: "Pod", spec: { containers: null } }, {}, []],
    ["no containers for another kind", { kind: "Binding", target: {} }, {}, []],
    ["no containers for a review without an object", null, {}, []],
    ["an error for a Pod without a spec", { kind: "Pod" }, {}, undefined],
    ["an error for a spec that is a list", { kind: "Pod", spec: [all.spec] }, {}, undefined],
    [
      "an error for containers that are not a list",
      { kind: "Pod", spec: { containers: { 0: c("a") } } },
      {},
      undefined,
    ],
    [
      "an error for initContainers that are a string",
      { kind: "Pod", spec: { containers: [], initContainers: "x" } },
      {},
      undefined,
    ],
    ["an error for a container that is a string", { kind: "Pod", spec: { containers: [c("a"), "b"] } }, {}, undefined],
    ["an error for a container that is null", { kind: "Pod", spec: { containers: [null] } }, {}, undefined],
    [
      "an empty name for containers without one",
      { kind: "Pod", spec: { containers: [{ image: "i" }, { name: null }] } },
      {},
      ["spec.containers[0] ", "spec.containers[1] "],
    ],
    [
      "an error for a container whose name is a number",
      { kind: "Pod", spec: { containers: [{ name: 1 }] } },
      {},
      undefined,
    ],
  ])("returns %s", async (_what, object, match, seen) => {
    expect(await contextOf(withObject(object), paths, match)).toEqual(seen);
  });
});

it("a container without a name is judged with the fields that it has", async () => {
  const knative = { group: "serving.knative.dev", version: "v1", resource: "services" };
  const containers = [{ image: "a" }, { image: "b", name: "b" }];
  const review = withObject({ spec: { template: { spec: { containers } } } }, { resource: knative });
  const podTemplates = [{ group: "serving.knative.dev", resource: "services" }];
  const images = (x: Context) => x.containers().map(({ container, path }) => [path, container.name, container.image]);
  expect(await contextOf(review, images, { podTemplates })).toEqual([
    ["spec.template.spec.containers[0]", "", "a"],
    ["spec.template.spec.containers[1]", "b", "b"],
  ]);
});

describe("a policy on Pod templates fails for a workload without a template", () => {
  const deployment = { resource: { group: "apps", version: "v1", resource: "deployments" } };
  it.each<[spec: unknown]>([
    [undefined],
    [null],
    [{}],
    [{ template: null }],
    [{ template: [] }],
    [{ template: "x" }],
    ["template"],
  ])("with the spec %j", async (spec) => {
    const one = policy({
      name: "p",
      match: { resources: ["pods"], podTemplates: true, labels: { matchLabels: { a: "b" } } },
      validate: () => undefined,
    });
    const { verdict, log } = await judge("validate", withObject({ kind: "Deployment", spec }, deployment), [one]);
    const message = "p: the policy failed; the gate's log has the error";
    expect(verdict).toMatchObject({ allowed: false, code: 500, message });
    expect(log.error.mock.calls[0]?.[1]).toMatchObject({
      error: { code: "pod-template-missing", message: "the object has no Pod template at spec.template" },
    });
  });
});

it("ReviewContext has no old object where an optional Pod template is new", async () => {
  const template = { spec: { containers: [c("a")] } };
  const rollout = { group: "argoproj.io", version: "v1", resource: "rollouts" };
  const at = (oldObject: JsonObject): Review =>
    withObject({ spec: { template } }, { operation: "UPDATE", oldObject, resource: rollout });
  const podTemplates = [{ group: "argoproj.io", resource: "rollouts", optional: true }];
  const old = (review: Review) => contextOf(review, ({ oldObject }) => oldObject, { podTemplates });
  expect(await old(at({ spec: { workloadRef: {} } }))).toBeNull();
  expect(await old(at({ spec: { template } }))).toMatchObject({ kind: "Pod", spec: template.spec });
});
