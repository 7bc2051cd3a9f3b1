import { afterAll, beforeAll, expect, it } from "vitest";
import { convertAutoscaler } from "../../../src/cli/manifests/convertAutoscaler.ts";
import { runPostern } from "../../cli/runPostern.ts";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { podOf, TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { versioned } from "../gates/versions.ts";
import { applyAll, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/versions.ts", import.meta.url).pathname;
const DRY = { query: { dryRun: "All" } };
const GROUP = "versions.postern.dev";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const started = new StartedResources();
let cluster: ClusterClient;
let server: GateServer;
let namespace: TestNamespace;

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const definition = (kind: string, versions: readonly string[], stored: string, served = versions): object => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${kind.toLowerCase()}s.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: versions.map((name) => ({
      name,
      served: served.includes(name),
      storage: name === stored,
      schema: { openAPIV3Schema: { type: "object", properties: { spec: anything } } },
    })),
  },
});
/** The hub of both in the gate is v2. Of the second it is not served. */
const definitions = {
  widgets: definition("Widget", ["v1", "v2", "v3"], "v3"),
  sprockets: definition("Sprocket", ["v1", "v2"], "v1", ["v1"]),
};

const target = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 10 } } };
const job = { template: { spec: { ...podOf("x", {}).spec, restartPolicy: "Never" } } };
const subject = { kind: "User", user: { name: "nobody" } };
const flow = {
  priorityLevelConfiguration: { name: "global-default" },
  rules: [{ subjects: [subject], nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/nowhere"] }] }],
};
const eventTime = "2026-01-01T00:00:00.000000Z";
const newEvent = (ns: string) => ({
  eventTime,
  type: "Normal",
  reason: "R",
  action: "A",
  reportingController: "postern.dev/e2e",
  reportingInstance: "e2e",
  regarding: { kind: "Pod", namespace: ns, name: "p" },
});

/** A request in each version, and the name of its policies. */
const requests: readonly {
  of: string;
  apiVersion: string;
  kind: string;
  plural: string;
  body: (ns: string) => object;
}[] = [
  {
    of: "hpa",
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    body: () => ({ spec: { maxReplicas: 3, scaleTargetRef: target, targetCPUUtilizationPercentage: 10 } }),
  },
  {
    of: "hpa",
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    body: () => ({ spec: { maxReplicas: 3, scaleTargetRef: target, metrics: [cpu] } }),
  },
  ...["v1beta1", "v1"].map((version) => ({
    of: "cronjob",
    apiVersion: `batch/${version}`,
    kind: "CronJob",
    plural: "cronjobs",
    body: () => ({ spec: { schedule: "@daily", jobTemplate: { spec: job } } }),
  })),
  ...["v1beta1", "v1"].map((version) => ({
    of: "pdb",
    apiVersion: `policy/${version}`,
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    body: () => ({ spec: { minAvailable: 1, selector: { matchLabels: { a: "b" } } } }),
  })),
  ...["v1beta1", "v1"].map((version) => ({
    of: "ingress",
    apiVersion: `networking.k8s.io/${version}`,
    kind: "Ingress",
    plural: "ingresses",
    body: () => ({ spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } }),
  })),
  ...["v1beta3", "v1"].map((version) => ({
    of: "flowschema",
    apiVersion: `flowcontrol.apiserver.k8s.io/${version}`,
    kind: "FlowSchema",
    plural: "flowschemas",
    body: () => ({ spec: flow }),
  })),
  { of: "widget", apiVersion: `${GROUP}/v1`, kind: "Widget", plural: "widgets", body: () => ({ spec: { size: 3 } }) },
  {
    of: "widget",
    apiVersion: `${GROUP}/v2`,
    kind: "Widget",
    plural: "widgets",
    body: () => ({ spec: { width: 3 } }),
  },
  {
    of: "widget",
    apiVersion: `${GROUP}/v3`,
    kind: "Widget",
    plural: "widgets",
    body: () => ({ spec: { dimensions: { width: 3 } } }),
  },
  {
    of: "sprocket",
    apiVersion: `${GROUP}/v1`,
    kind: "Sprocket",
    plural: "sprockets",
    body: () => ({ spec: { size: 3 } }),
  },
  {
    of: "event",
    apiVersion: "v1",
    kind: "Event",
    plural: "events",
    body: (ns) => ({ involvedObject: { kind: "Pod", namespace: ns, name: "p" }, reason: "R", type: "Normal" }),
  },
  { of: "event", apiVersion: "events.k8s.io/v1", kind: "Event", plural: "events", body: newEvent },
  {
    of: "binding",
    apiVersion: "v1",
    kind: "Binding",
    plural: "bindings",
    body: () => ({ target: { kind: "Node", name: "nowhere" } }),
  },
  {
    of: "binding",
    apiVersion: "v1",
    kind: "Binding",
    plural: "pods/unbound/binding",
    body: () => ({ target: { kind: "Node", name: "nowhere" } }),
  },
];

/** Versions of the requests above that this release of Kubernetes no longer serves. */
const UNSERVED = [
  "batch/v1beta1",
  "policy/v1beta1",
  "networking.k8s.io/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1beta3",
];

const send = ({ apiVersion, kind, plural, body }: (typeof requests)[number]): Promise<ApiAnswer> => {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const path = kind === "FlowSchema" ? `${base}/${plural}` : `${base}/namespaces/${namespace.name}/${plural}`;
  const name = kind === "Binding" ? "unbound" : "new";
  const metadata = kind === "FlowSchema" ? { name } : { name, namespace: namespace.name };
  return cluster.api.create(path, { apiVersion, kind, metadata, ...body(namespace.name) }, DRY);
};

/** The versions that policies saw, by policy: `hpa-v1-alone: autoscaling/v1`. */
function seenIn(warnings: readonly string[]): Map<string, string[]> {
  const seen = new Map<string, string[]>();
  for (const warning of warnings) {
    const [, policy, saw] = /^([a-z0-9-]+): saw (.*) #\d+$/.exec(warning) ?? [];
    if (policy !== undefined && saw !== undefined) seen.set(policy, [...(seen.get(policy) ?? []), saw]);
  }
  return seen;
}

/** What a policy in some version must see of a request: the version itself, or what the client chose. Undefined: nothing. */
function expected(one: (typeof versioned)[number], version: string, requested: string): string | undefined {
  const [group = "", client = ""] = requested.includes("/") ? requested.split("/") : ["", requested];
  const at = (name: string): string => (group === "" ? name : `${group}/${name}`);
  if (one.resource === "events") {
    const groups = one.apiGroups ?? [""];
    const judged = groups.includes(group) ? group : groups[0];
    return judged === "" ? "v1" : `${judged}/v1`;
  }
  if (version === "*") return at(client);
  if (version !== "default") return UNSERVED.includes(at(version)) ? undefined : at(version);
  return at({ hpa: "v2", widget: "v2", sprocket: "v2" }[one.name] ?? "v1");
}

beforeAll(async () => {
  [cluster, server] = await Promise.all([
    started.add(sharedCluster(), (it) => it.close()),
    started.add(startNodeGate(GATE), (it) => it.stop()),
  ]);
  namespace = await TestNamespace.create(cluster, "versions");
  await namespace.createPod("unbound", { spec: { schedulerName: "nobody" } });
  for (const [plural, crd] of Object.entries(definitions)) {
    await started.add(cluster.api.create(CRDS, crd), async () => {
      await cluster.api.delete(`${CRDS}/${plural}.${GROUP}`);
    });
    await eventually(`${plural} to be served`, async () => {
      const { status } = await cluster.api.get(namespace.path(`${GROUP}/v1`, plural));
      return status === 200 ? true : undefined;
    });
  }
  const probe = requests.filter(({ of }) => of === "widget" || of === "sprocket");
  const isCalled = async (): Promise<boolean> => {
    const answers = await Promise.all(probe.map(send));
    return answers.every(({ warnings }) => seenIn(warnings).size > 0);
  };
  await started.add(registerGate({ cluster, gate: GATE, server, isCalled }), (it) => it.unregister());
});

afterAll(() => started.stop());

/** The policies that match a request, in some version. */
function judgesOf({ kind, plural }: (typeof requests)[number]): typeof versioned {
  return versioned.filter(({ resource }) => (kind === "Binding" ? /binding/.test(resource) : resource === plural));
}

it.each(requests.filter(({ apiVersion }) => UNSERVED.includes(apiVersion)))(
  "the API server does not serve $plural in $apiVersion, and postern render says so of a policy on that version",
  async (request) => {
    expect((await send(request)).status).toBe(404);
    const [group = "", version = ""] = request.apiVersion.split("/");
    const { err } = await runPostern(["render", "--gate", GATE, "--cluster", "e2e", "--url", server.url]);
    expect(err).toContain(
      `warning: policies.${request.of}-${version}-alone is never called for ${request.plural}.${group} in ${version}: `,
    );
  },
);

it.each(requests.filter(({ apiVersion }) => !UNSERVED.includes(apiVersion)))(
  "a request for $plural in $apiVersion is judged once by each policy, in the policy's version, alone and in shared entries",
  async (request) => {
    const { status, body, warnings } = await send(request);
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
    const seen = seenIn(warnings);
    const judges = judgesOf(request);
    const wanted = new Map<string, string[]>();
    for (const one of judges)
      for (const version of one.versions)
        for (const entry of ["alone", "shared", "all"]) {
          const saw = expected(one, version, request.apiVersion);
          if (saw !== undefined) wanted.set(`${one.name}-${version === "*" ? "any" : version}-${entry}`, [saw]);
        }
    // Registrations exclude events where only wildcards match them.
    if (request.kind !== "Event" && request.plural !== "pods/unbound/binding")
      wanted.set("wildcard", [request.apiVersion]);
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(wanted));
    expect(seen.size).toBeGreaterThanOrEqual(judges.length * 3);
  },
);

it.each(["autoscaling/v1", "autoscaling/v2"])(
  "mutators change a HorizontalPodAutoscaler that is created in %s, each in its own version",
  async (at) => {
    const request = requests.find(({ apiVersion }) => apiVersion === at);
    if (request === undefined) throw new Error(`no request in ${at}`);
    const { body } = await send(request);
    expect(body.metadata.annotations).toMatchObject({
      "postern.dev/stamp-v2": "autoscaling/v2",
      "postern.dev/stamp-any": at,
    });
  },
);

it.each<[what: string, spec: object, annotations?: object]>([
  ["a target for CPU", { targetCPUUtilizationPercentage: 10 }],
  [
    "metrics beside it",
    { targetCPUUtilizationPercentage: 50 },
    {
      metrics: [
        { type: "Resource", resource: { name: "memory", targetAverageValue: "1Gi" } },
        { type: "ContainerResource", containerResource: { name: "cpu", container: "c", targetAverageUtilization: 20 } },
        { type: "Pods", pods: { metricName: "rps", targetAverageValue: "10" } },
        { type: "Object", object: { metricName: "rps", target: { kind: "Service", name: "web" }, targetValue: "5" } },
        { type: "External", external: { metricName: "queue", targetAverageValue: "3" } },
        { type: "External", external: { metricName: "queue", targetValue: "4" } },
      ],
    },
  ],
  [
    "a behaviour",
    { targetCPUUtilizationPercentage: 50 },
    {
      behavior: {
        ScaleUp: {
          StabilizationWindowSeconds: 0,
          SelectPolicy: "Max",
          Policies: [{ Type: "Pods", Value: 4, PeriodSeconds: 15 }],
        },
        ScaleDown: {
          StabilizationWindowSeconds: 60,
          SelectPolicy: "Max",
          Policies: [{ Type: "Percent", Value: 100, PeriodSeconds: 15 }],
        },
      },
    },
  ],
])("convertAutoscaler converts %s as the API server does", async (_what, spec, parts = {}) => {
  const annotations = Object.fromEntries(
    Object.entries(parts).map(([key, value]) => [`autoscaling.alpha.kubernetes.io/${key}`, JSON.stringify(value)]),
  );
  const object = {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "converted", annotations },
    spec: { minReplicas: 1, maxReplicas: 3, scaleTargetRef: target, ...spec },
  };
  const path = namespace.path("autoscaling/v1", "horizontalpodautoscalers");
  expect(await cluster.api.create(path, object)).toMatchObject({ status: 201 });
  try {
    const { body } = await cluster.api.get(namespace.path("autoscaling/v2", "horizontalpodautoscalers", "converted"));
    expect(convertAutoscaler(object).spec).toEqual(body.spec);
  } finally {
    await cluster.api.delete(`${path}/converted`);
  }
});

/** A registration as earlier releases rendered it: one webhook for the entry, with rules for all versions. */
const oldRegistration = (entry: string, apiGroup: string, resource: string): object => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "versions-old" },
  webhooks: [
    {
      name: "old.versions.postern.dev",
      clientConfig: {
        url: `${server.url}/c/e2e/validate/${entry}`,
        caBundle: Buffer.from(server.ca).toString("base64"),
      },
      rules: [{ apiGroups: [apiGroup], apiVersions: ["*"], operations: ["CREATE"], resources: [resource], scope: "*" }],
      matchPolicy: "Equivalent",
      namespaceSelector: { matchLabels: { "postern.dev/suite": "versions" } },
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
});

it.each([
  {
    entry: "hpa-default-alone",
    at: "autoscaling/v1",
    message:
      "hpa-default-alone: the policy judges horizontalpodautoscalers in autoscaling/v2, and the request came as autoscaling/v1; render the registration again and apply it",
  },
  {
    entry: "hpa-shared",
    at: "autoscaling/v2",
    message:
      "hpa-v1-shared: the policy judges horizontalpodautoscalers in autoscaling/v1, and the request came as autoscaling/v2; render the registration again and apply it",
  },
])("a request in $at is denied through an old registration of $entry, and says why", async ({ entry, at, message }) => {
  const registration = oldRegistration(entry, "autoscaling", "horizontalpodautoscalers");
  const request = requests.find(({ apiVersion }) => apiVersion === at);
  if (request === undefined) throw new Error(`no request in ${at}`);
  const { path } = apiPathOf(registration);
  await applyAll(cluster, [registration]);
  try {
    const answer = await eventually("the old registration to be in force", async () => {
      const { status, body } = await send(request);
      return status === 201 ? undefined : { status, message: body.message };
    });
    expect(answer).toEqual({
      status: 500,
      message: `admission webhook "old.versions.postern.dev" denied the request: ${message}`,
    });
  } finally {
    await cluster.api.delete(path);
    await eventually("the old registration to be gone", async () =>
      (await send(request)).status === 201 ? true : undefined,
    );
  }
});
