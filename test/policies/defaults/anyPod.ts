import fc from "fast-check";
import type { JsonObject } from "../../../src/protocol/Json.ts";

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const record = (members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<JsonObject> =>
  fc.record(Object.fromEntries(Object.entries(members).map(([key, member]) => [key, maybe(member)])));
const oneOf = <const T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const seccompProfile = fc.record({ type: oneOf("RuntimeDefault", "Unconfined") });
const windowsOptions = record({ hostProcess: fc.boolean() });
const quantities = record({
  cpu: oneOf("0", "50m", "0.1", "1", "4"),
  memory: oneOf("1Mi", "128Mi", "1G", "1e3"),
  "nvidia.com/gpu": oneOf("1"),
});
const capabilities = record({
  add: fc.array(oneOf("SYS_ADMIN", "CAP_SYS_ADMIN", "NET_BIND_SERVICE"), { maxLength: 2 }),
  drop: fc.array(oneOf("ALL", "NET_RAW"), { maxLength: 1 }),
});
const container = record({
  image: oneOf(
    "nginx",
    "nginx:1",
    "quay.io/org/web:1",
    "mirror.example.com/quay/web",
    "ng inx",
    "docker.io/a/b@sha256:1",
  ),
  imagePullPolicy: oneOf("Always", "IfNotPresent"),
  resources: record({ requests: quantities, limits: quantities }),
  securityContext: record({
    allowPrivilegeEscalation: fc.boolean(),
    capabilities,
    privileged: fc.boolean(),
    readOnlyRootFilesystem: fc.boolean(),
    runAsNonRoot: fc.boolean(),
    runAsUser: oneOf(0, 1000),
    seccompProfile,
    windowsOptions,
  }),
});
const containers = (prefix: string): fc.Arbitrary<JsonObject[]> =>
  fc
    .array(container, { minLength: 1, maxLength: 3 })
    .map((list) => list.map((it, index) => ({ ...it, name: `${prefix}-${index}` })));
const toleration = record({
  key: oneOf("spot", "team", "node.kubernetes.io/not-ready"),
  operator: oneOf("Exists", "Equal"),
  value: oneOf("", "shop"),
  effect: oneOf("NoSchedule", "NoExecute"),
  tolerationSeconds: oneOf(30, 300),
});

const spec = record({
  initContainers: containers("init"),
  ephemeralContainers: containers("debug"),
  nodeSelector: record({ pool: oneOf("shop", "other"), "kubernetes.io/os": oneOf("linux", "windows") }),
  os: fc.record({ name: oneOf("linux", "windows") }),
  resources: record({ requests: quantities, limits: quantities }),
  securityContext: record({ runAsNonRoot: fc.boolean(), runAsUser: oneOf(0, 1000), seccompProfile, windowsOptions }),
  tolerations: fc.array(toleration, { maxLength: 3 }),
  topologySpreadConstraints: fc.array(
    fc.constant({ topologyKey: "rack", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" }),
    { maxLength: 1 },
  ),
  volumes: fc.array(
    fc.record({ name: oneOf("models"), image: fc.record({ reference: oneOf("nginx", "quay.io/a/b") }) }),
    {
      maxLength: 1,
    },
  ),
});

const metadata = record({
  labels: record({ app: oneOf("web", ""), "app.kubernetes.io/name": oneOf("web") }),
  annotations: record({ note: oneOf("x", "1") }),
  ownerReferences: oneOf("DaemonSet", "ReplicaSet", "Job").map((kind) => [
    { apiVersion: "example.com/v1", kind, name: "web", uid: "2", controller: true },
  ]),
});

/** Any metadata and spec of a Pod, of the parts that mutators read. Some of them the API server would refuse. */
export const anyPod: fc.Arbitrary<{ readonly spec: JsonObject; readonly metadata: JsonObject }> = fc
  .record({ spec: fc.tuple(spec, containers("web")).map(([it, list]) => ({ ...it, containers: list })), metadata })
  .map((pod) => JSON.parse(JSON.stringify(pod)));
