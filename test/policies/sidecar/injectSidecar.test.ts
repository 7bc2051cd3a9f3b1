import { describe, expect, it } from "vitest";
import { type InjectSidecarOptions, injectSidecar } from "../../../src/policies/sidecar/injectSidecar.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { meshSidecar } from "../meshSidecar.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const [agent] = meshSidecar.containers;
const [logs] = meshSidecar.volumes;
const create = (change?: (object: Loose) => void) => reviewFrom("mutate-v1-create-pods-1", change);

/** What the API server and its built-in plugins make of a Pod between two calls. */
function settle(pod: Loose): void {
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    container.terminationMessagePath ??= "/dev/termination-log";
    container.terminationMessagePolicy ??= "File";
    container.imagePullPolicy ??= "IfNotPresent";
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: "kube-api-access", mountPath: "/var/run" }];
    for (const key of ["env", "stdin"]) if (!container[key]?.length) delete container[key];
    const requests = container.resources?.requests;
    if (requests?.cpu === "0.5") container.resources.requests = { cpu: "500m", memory: "1Gi" };
  }
  for (const volume of pod.spec.volumes) if (volume.emptyDir?.sizeLimit) volume.emptyDir.sizeLimit = "512Mi";
}

describe("called again", () => {
  it("leaves alone what the API server made of it", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    settle(pod);
    expect(pod.spec.containers[2].resources.requests).toEqual({ cpu: "500m", memory: "1Gi" });
    const again = await judge(injectSidecar(meshSidecar), { ...review, object: pod }, "mutate");
    expect(again).toMatchObject({ allowed: true, patch: [], warnings: [] });
  });

  it("leaves the order alone that others made", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    pod.spec.initContainers.unshift({ name: "earlier", image: "earlier:1" });
    pod.spec.containers.reverse();
    const again = await judge(injectSidecar(meshSidecar), { ...review, object: pod }, "mutate");
    expect(again).toMatchObject({ allowed: true, patch: [] });
  });

  it("restores a part that was taken away, in its order", async () => {
    const review = create();
    const complete = await applyMutators(injectSidecar(meshSidecar), review);
    const pod = structuredClone(complete);
    for (const { spec } of [complete, pod]) spec.initContainers.unshift({ name: "earlier", image: "earlier:1" });
    pod.spec.initContainers.splice(2, 1);
    pod.spec.volumes.pop();
    expect(await applyMutators(injectSidecar(meshSidecar), { ...review, object: pod })).toEqual(complete);
  });
});

describe("which Pods", () => {
  const annotated = (key: string, value: string) =>
    create(({ metadata }) => {
      metadata.annotations[key] = value;
    });
  const labelled = (key: string, value: string) =>
    create(({ metadata }) => {
      metadata.labels[key] = value;
    });
  const KEY = "postern.dev/inject";

  it.each<
    [
      what: string,
      options: Omit<InjectSidecarOptions, "containers">,
      review: ReturnType<typeof create>,
      injected: boolean,
    ]
  >([
    ["every one", {}, create(), true],
    ["not one that opts out by annotation", {}, annotated(KEY, "false"), false],
    ["not one that opts out by label", {}, labelled(KEY, "false"), false],
    ["one that says true", {}, annotated(KEY, "true"), true],
    ["one that says what is no false", {}, annotated(KEY, ""), true],
    ["not one that opts out with the gate's own key", { optOut: "a/b" }, annotated("a/b", "false"), false],
    ["one that has the default key, where it is another", { optOut: "a/b" }, annotated(KEY, "false"), true],
    ["one that would opt out, where there is no way out", { optOut: false }, annotated(KEY, "false"), true],
    ["not one that does not opt in", { optIn: "a/b" }, create(), false],
    ["one that opts in by annotation", { optIn: "a/b" }, annotated("a/b", "true"), true],
    ["one that opts in by label", { optIn: "a/b" }, labelled("a/b", "true"), true],
    ["not one that says no", { optIn: "a/b" }, annotated("a/b", "false"), false],
    ["one with the labels", { labels: { matchLabels: { team: "payments" } } }, create(), true],
    ["not one with other labels", { labels: { matchLabels: { team: "search" } } }, create(), false],
    ["one of the namespaces", { namespaces: { include: ["def*"] } }, create(), true],
    ["not one of other namespaces", { namespaces: { exclude: ["def*"] } }, create(), false],
    ["one that the function takes", { when: ({ object }) => object.spec?.containers.length === 2 }, create(), true],
    ["not one that the function leaves", { when: ({ user }) => user.username === "nobody" }, create(), false],
    ["not one that is updated", {}, reviewFrom("mutate-v1-update-pods-1"), false],
    ["not one that is deleted", {}, reviewFrom("validate-v1-delete-pods-1"), false],
    [
      "not one that gets an ephemeral container",
      {},
      reviewFrom("validate-v1-update-pods-ephemeralcontainers-1"),
      false,
    ],
    ["no Deployment", {}, reviewFrom("mutate-v1-create-deployments-1"), false],
    ["no StatefulSet", {}, reviewFrom("mutate-v1-create-statefulsets-1"), false],
    ["no CronJob", {}, reviewFrom("mutate-v1-create-cronjobs-1"), false],
  ])("%s", async (_what, options, review, injected) => {
    const verdict = await judge(injectSidecar({ containers: [agent], ...options }), review, "mutate");
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict.allowed && verdict.patch.length > 0).toBe(injected);
  });
});

it.each<[what: string, change: (object: Loose) => void]>([
  [
    "containers that are no list",
    ({ spec }) => {
      spec.containers = "x";
    },
  ],
  [
    "a container that is null",
    ({ spec }) => {
      spec.containers[0] = null;
    },
  ],
  [
    "a spec that is a string",
    (object) => {
      object.spec = "x";
    },
  ],
  [
    "annotations that are a string",
    ({ metadata }) => {
      metadata.annotations = "x";
    },
  ],
])("denies by its name for %s", async (_what, change) => {
  const verdict = await judge(injectSidecar(meshSidecar), create(change), "mutate", { failing: true });
  expect(verdict).toMatchObject({ allowed: false, message: expect.stringContaining("inject-sidecar failed") });
});

it("does not change with the options that it was made from", async () => {
  const containers = [{ name: "a", image: "a:1", args: ["x"] }];
  const policy = injectSidecar({ containers });
  containers[0]?.args.push("y");
  const pod = await applyMutators(policy, create());
  expect(pod.spec.containers.at(-1)).toEqual({ name: "a", image: "a:1", args: ["x"] });
});

it.each<[what: string, options: object | undefined, message: string]>([
  ["none", undefined, "options is not an object"],
  ["nothing to inject", {}, "options.containers is empty, and so are initContainers, volumes and annotations"],
  ["a misspelt option", { container: [agent] }, "options.container is unknown"],
  ["containers that are no list", { containers: agent }, "options.containers is not a list"],
  [
    "a container without a name",
    { containers: [{ image: "a:1" }] },
    "options.containers has an element without a name",
  ],
  ["a container with a name in capitals", { containers: [{ name: "A", image: "a:1" }] }, "a name that is a DNS label"],
  ["a container without an image", { initContainers: [{ name: "a" }] }, "has 'a' without an image"],
  ["a name twice", { containers: [agent], initContainers: [agent] }, "options.containers has 'log-agent' twice"],
  ["a volume twice", { volumes: [logs, logs] }, "options.volumes has 'logs' twice"],
  [
    "what JSON cannot carry",
    { volumes: [{ name: "a", at: new Date(0) }] },
    "options.volumes has 'a', of which /at is a Date",
  ],
  ["annotations that are a list", { annotations: ["a"] }, "options.annotations is not an object"],
  ["an annotation that is a number", { annotations: { a: 1 } }, "options.annotations has for 'a' what is no string"],
  [
    "an annotation that cannot be stored",
    { annotations: JSON.parse('{"__proto__": "a"}') },
    'options.annotations has "__proto__"',
  ],
  ["a key to opt out that is none", { containers: [agent], optOut: "a b" }, 'options.optOut has "a b"'],
  ["true to opt out", { containers: [agent], optOut: true }, "options.optOut has a key that is not a string"],
  ["a key to opt in that is none", { containers: [agent], optIn: "" }, 'options.optIn has ""'],
  ["when that is no function", { containers: [agent], when: true }, "options.when is not a function"],
  [
    "another position",
    { containers: [agent], initPosition: "middle" },
    'options.initPosition is not "first" or "last"',
  ],
  [
    "another way with conflicts",
    { containers: [agent], onConflict: "merge" },
    'options.onConflict is not "deny", "keep" or "replace"',
  ],
])("refuses %s as options", (_what, options, message) => {
  const define = (): unknown => injectSidecar(options as InjectSidecarOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
