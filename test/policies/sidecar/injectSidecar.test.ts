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

/** What the ServiceAccount plugin adds. */
const TOKEN_MOUNT = {
  name: "kube-api-access-x7k2p",
  readOnly: true,
  mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** Applies the changes of the API server and its built-in plugins between two calls. */
function applyDefaults(pod: Loose): void {
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    container.terminationMessagePath ??= "/dev/termination-log";
    container.terminationMessagePolicy ??= "File";
    container.imagePullPolicy ??= "IfNotPresent";
    container.volumeMounts = [...(container.volumeMounts ?? []), TOKEN_MOUNT];
    for (const key of ["env", "stdin"]) if (!container[key]?.length) delete container[key];
    const requests = container.resources?.requests;
    if (requests?.cpu === "0.5") container.resources.requests = { cpu: "500m", memory: "1Gi" };
  }
  pod.spec.volumes.push({
    name: TOKEN_MOUNT.name,
    projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3607 } }] },
  });
  for (const volume of pod.spec.volumes) if (volume.emptyDir?.sizeLimit) volume.emptyDir.sizeLimit = "512Mi";
}

describe("injectSidecar called again", () => {
  it("keeps the changes of the API server", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    applyDefaults(pod);
    expect(pod.spec.containers[2].resources.requests).toEqual({ cpu: "500m", memory: "1Gi" });
    const again = await judge(injectSidecar(meshSidecar), { ...review, object: pod }, "mutate");
    expect(again).toMatchObject({ allowed: true, patch: [], warnings: [] });
  });

  it("puts its init containers first again, and keeps the order of the others", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    pod.spec.initContainers.unshift({ name: "earlier", image: "earlier:1" });
    pod.spec.containers.reverse();
    const again = await applyMutators(injectSidecar(meshSidecar), { ...review, object: pod });
    expect(again.spec.initContainers.map(({ name }: Loose) => name)).toEqual([
      "mesh-setup",
      "mesh",
      "earlier",
      "migrate",
    ]);
    expect(again.spec.containers).toEqual(pod.spec.containers);
  });

  it("keeps the order that other webhooks made with position last", async () => {
    const policy = injectSidecar({ ...meshSidecar, position: "last" });
    const review = create();
    const pod = await applyMutators(policy, review);
    pod.spec.initContainers.push({ name: "later", image: "later:1" });
    pod.spec.containers.reverse();
    const again = await judge(policy, { ...review, object: pod }, "mutate");
    expect(again).toMatchObject({ allowed: true, patch: [] });
  });

  it("takes back what another webhook added to its container", async () => {
    const review = create();
    const pod = await applyMutators(injectSidecar(meshSidecar), review);
    const complete = structuredClone(pod);
    pod.spec.initContainers[1].env = [{ name: "HTTP_PROXY", value: "x" }];
    pod.spec.containers[2].command = ["/bin/true"];
    expect(await applyMutators(injectSidecar(meshSidecar), { ...review, object: pod })).toEqual(complete);
  });

  it("adds a removed part at its place", async () => {
    const review = create();
    const complete = await applyMutators(injectSidecar(meshSidecar), review);
    const pod = structuredClone(complete);
    pod.spec.initContainers.splice(1, 1);
    pod.spec.volumes.pop();
    expect(await applyMutators(injectSidecar(meshSidecar), { ...review, object: pod })).toEqual(complete);
  });
});

describe("injectSidecar changes only matching Pods:", () => {
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
    ["every Pod", {}, create(), true],
    ["not a Pod that opts out with an annotation", {}, annotated(KEY, "false"), false],
    ["not a Pod that opts out with a label", {}, labelled(KEY, "false"), false],
    ["a Pod with the value true", {}, annotated(KEY, "true"), true],
    ["a Pod with another value than false", {}, annotated(KEY, ""), true],
    ["not a Pod that opts out with the configured key", { optOut: "a/b" }, annotated("a/b", "false"), false],
    ["a Pod with the default key when another key is configured", { optOut: "a/b" }, annotated(KEY, "false"), true],
    ["a Pod that tries to opt out with optOut: false", { optOut: false }, annotated(KEY, "false"), true],
    ["not a Pod that does not opt in", { optIn: "a/b" }, create(), false],
    ["a Pod that opts in with an annotation", { optIn: "a/b" }, annotated("a/b", "true"), true],
    ["a Pod that opts in with a label", { optIn: "a/b" }, labelled("a/b", "true"), true],
    ["not a Pod with the value false for optIn", { optIn: "a/b" }, annotated("a/b", "false"), false],
    ["a Pod that matches the selector", { labels: { matchLabels: { team: "payments" } } }, create(), true],
    ["not a Pod with other labels", { labels: { matchLabels: { team: "search" } } }, create(), false],
    ["a Pod in a matching namespace", { namespaces: { include: ["def*"] } }, create(), true],
    ["not a Pod in an excluded namespace", { namespaces: { exclude: ["def*"] } }, create(), false],
    [
      "a Pod for which when returns true",
      { when: ({ object }) => object.spec?.containers.length === 2 },
      create(),
      true,
    ],
    ["not a Pod for which when returns false", { when: ({ user }) => user.username === "nobody" }, create(), false],
    ["not a Pod for Windows", {}, create(({ spec }) => Object.assign(spec, { os: { name: "windows" } })), false],
    [
      "not a Pod that selects Windows nodes",
      {},
      create(({ spec }) => Object.assign(spec, { nodeSelector: { "kubernetes.io/os": "windows" } })),
      false,
    ],
    ["not a Pod without a system with os windows", { os: "windows" }, create(), false],
    [
      "a Pod for Windows with os windows",
      { os: "windows" },
      create(({ spec }) => Object.assign(spec, { os: { name: "windows" } })),
      true,
    ],
    [
      "not a mirror Pod",
      {},
      {
        ...create(({ metadata, spec }) => {
          metadata.annotations["kubernetes.io/config.mirror"] = "x";
          spec.nodeName = "n";
        }),
        user: { username: "system:node:n", uid: "", groups: ["system:nodes"], extra: {} },
      },
      false,
    ],
    ["not a Pod on UPDATE", {}, reviewFrom("mutate-v1-update-pods-1"), false],
    ["not a Pod on DELETE", {}, reviewFrom("validate-v1-delete-pods-1"), false],
    [
      "not a Pod that gets an ephemeral container",
      {},
      reviewFrom("validate-v1-update-pods-ephemeralcontainers-1"),
      false,
    ],
    ["not a Deployment", {}, reviewFrom("mutate-v1-create-deployments-1"), false],
    ["not a StatefulSet", {}, reviewFrom("mutate-v1-create-statefulsets-1"), false],
    ["not a CronJob", {}, reviewFrom("mutate-v1-create-cronjobs-1"), false],
  ])("%s", async (_what, options, review, injected) => {
    const verdict = await judge(injectSidecar({ containers: [agent], ...options }), review, "mutate");
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict.allowed && verdict.patch.length > 0).toBe(injected);
  });
});

it.each<[what: string, change: (object: Loose) => void]>([
  [
    "containers that are not a list",
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
])("injectSidecar fails and denies for %s", async (_what, change) => {
  const verdict = await judge(injectSidecar(meshSidecar), create(change), "mutate", { failing: true });
  const message = "inject-sidecar: the policy failed; the gate's log has the error";
  expect(verdict).toMatchObject({ allowed: false, code: 500, message });
});

it("injectSidecar is not affected by later changes of its options", async () => {
  const containers = [{ name: "a", image: "a:1", args: ["x"] }];
  const policy = injectSidecar({ containers });
  containers[0]?.args.push("y");
  const pod = await applyMutators(policy, create());
  expect(pod.spec.containers.at(-1)).toEqual({ name: "a", image: "a:1", args: ["x"] });
});

it.each<[what: string, options: object | undefined, message: string]>([
  ["no options", undefined, "options is not an object"],
  ["nothing to inject", {}, "options.containers is empty, as are initContainers, volumes and annotations"],
  ["a misspelled option", { container: [agent] }, "options.container is unknown"],
  ["containers that are not a list", { containers: agent }, "options.containers is not a list"],
  [
    "a container without a name",
    { containers: [{ image: "a:1" }] },
    "options.containers has an element whose name is missing",
  ],
  [
    "a container with a name in capitals",
    { containers: [{ name: "A", image: "a:1" }] },
    "name is missing or not a DNS label",
  ],
  ["a container without an image", { initContainers: [{ name: "a" }] }, "has 'a' without an image"],
  ["a name twice", { containers: [agent], initContainers: [agent] }, "options.containers has 'log-agent' twice"],
  ["a volume twice", { volumes: [logs, logs] }, "options.volumes has 'logs' twice"],
  [
    "a value that JSON cannot represent",
    { volumes: [{ name: "a", at: new Date(0) }] },
    "options.volumes has 'a', which is not JSON: /at is a Date",
  ],
  ["annotations that are a list", { annotations: ["a"] }, "options.annotations is not an object"],
  [
    "the annotation of mirror Pods",
    { annotations: { "kubernetes.io/config.mirror": "x" } },
    "options.annotations has kubernetes.io/config.mirror, which only kubelets may set",
  ],
  [
    "an annotation that is a number",
    { annotations: { a: 1 } },
    "options.annotations has a value for 'a' that is not a string",
  ],
  [
    "an annotation with an invalid key",
    { annotations: JSON.parse('{"__proto__": "a"}') },
    'options.annotations has "__proto__"',
  ],
  ["an invalid key for optOut", { containers: [agent], optOut: "a b" }, 'options.optOut has "a b"'],
  ["true for optOut", { containers: [agent], optOut: true }, "options.optOut has a key that is not a string"],
  ["an invalid key for optIn", { containers: [agent], optIn: "" }, 'options.optIn has ""'],
  ["a when that is not a function", { containers: [agent], when: true }, "options.when is not a function"],
  ["an unknown position", { containers: [agent], position: "middle" }, 'options.position is not "first" or "last"'],
  ["an unknown system", { containers: [agent], os: "darwin" }, 'options.os is not "linux" or "windows"'],
  [
    "an unknown value for onConflict",
    { containers: [agent], onConflict: "merge" },
    'options.onConflict is not "deny", "keep" or "replace"',
  ],
])("injectSidecar refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => injectSidecar(options as InjectSidecarOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
