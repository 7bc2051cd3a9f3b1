import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseParams } from "../../src/gate/config/parseParams.ts";
import { catalogue } from "../../src/policies/catalogue/catalogue.ts";
import { requireIngressTls } from "../../src/policies/network/requireIngressTls.ts";
import { limitHostPaths } from "../../src/policies/security/limitHostPaths.ts";
import { requireProbes } from "../../src/policies/workloads/requireProbes.ts";
import type { Policy } from "../../src/policy/define/policy.ts";
import { validatorOf } from "../../src/policy/validations/validations.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import { growthOfTask, LINEAR } from "../run/growthOf.ts";
import { pod, reviewOf } from "./faultsOf.ts";
import { judge } from "./judge.ts";
import { ingress, service } from "./network/networkObjects.ts";

const ALL: readonly Policy[] = [
  ...catalogue.map(({ make }) => make()),
  // Its mounts are compared with its volumes.
  limitHostPaths({ name: "read-only-paths", allowed: [{ path: "/var/log", readOnly: true }] }),
];

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const record = (count: number, prefix: string, value: string): JsonObject =>
  Object.fromEntries(times(count, (index) => [`${prefix}${index}`, value]));
const rbac = (kind: string, rest: JsonObject): JsonObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  metadata: { name: "wide" },
  ...rest,
});

/** A container that breaks most rules. */
const container = (index: number): JsonObject => ({
  name: `c${index}`,
  image: `docker.io/web${index}`,
  env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
  ports: [{ containerPort: 80, hostPort: index }],
  volumeMounts: [{ name: `v${index}`, mountPath: "/v" }],
  securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN"] } },
});
const OBJECTS: readonly (readonly [what: string, object: (count: number) => JsonObject])[] = [
  [
    "a Pod of many faulty parts",
    (count) =>
      pod(
        {
          initContainers: times(count / 2, (index) => ({ ...container(index), name: `i${index}` })),
          containers: times(count / 2, container),
          volumes: times(count, (index) => ({ name: `v${index}`, hostPath: { path: "/var/log/x" } })),
          tolerations: times(count, (index) => ({ key: `k${index}`, operator: "Exists" })),
          topologySpreadConstraints: times(count, (index) => ({ topologyKey: `k${index}` })),
          securityContext: { sysctls: times(count, (index) => ({ name: `kernel.x${index}`, value: "1" })) },
        },
        {
          labels: record(count, "l", "x"),
          annotations: record(count, "container.apparmor.security.beta.kubernetes.io/c", "unconfined"),
        },
      ),
  ],
  [
    "a Pod of many mounts of a token in its sidecar",
    (count) =>
      pod({
        initContainers: [
          {
            name: "proxy",
            image: "registry.example.com/proxy:1.4",
            volumeMounts: times(count, (index) => ({
              name: `v${index}`,
              mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
            })),
          },
        ],
        containers: [{ name: "c", image: "x" }],
        volumes: times(count, (index) => ({ name: `v${index}`, emptyDir: {} })),
      }),
  ],
  ["a Pod of bare containers", (count) => pod({ containers: times(count, (index) => ({ name: `c${index}` })) })],
  ["a Pod of containers of one name", (count) => pod({ containers: times(count, () => ({ name: "c", image: "x" })) })],
  [
    "an Ingress of many hosts",
    (count) =>
      ingress({
        rules: times(count, (index) => ({ host: `a${index}.example.com` })),
        tls: [{ hosts: times(count, (index) => `*.b${index}.example.com`) }],
      }),
  ],
  [
    "an Ingress of many entries",
    (count) =>
      ingress({
        rules: times(count, (index) => ({ host: `a${index}.example.com` })),
        tls: times(count, (index) => ({ hosts: [`b${index}.example.com`] })),
      }),
  ],
  [
    "a Service of many addresses and ports",
    (count) =>
      service({
        type: "NodePort",
        externalIPs: times(count, (index) => `10.0.${index >> 8}.${index & 255}`),
        ports: times(count, (index) => ({ port: index, nodePort: index })),
      }),
  ],
  [
    "a ClusterRole of many rules",
    (count) =>
      rbac("ClusterRole", {
        rules: times(count, (index) => ({
          apiGroups: ["*"],
          resources: ["secrets", `r${index}`],
          verbs: ["escalate"],
        })),
      }),
  ],
  [
    "a ClusterRole of one wide rule",
    (count) =>
      rbac("ClusterRole", {
        rules: [
          {
            apiGroups: times(count, (index) => `g${index}`),
            resources: times(count, (index) => `r${index}/x`),
            verbs: times(count, (index) => `v${index}`),
          },
        ],
      }),
  ],
  [
    "a binding of many subjects",
    (count) =>
      rbac("ClusterRoleBinding", {
        roleRef: { kind: "ClusterRole", name: "cluster-admin" },
        subjects: times(count, (index) => ({ kind: "Group", name: `system:g${index}` })),
      }),
  ],
];

describe.each(OBJECTS)("on %s", (_, object) => {
  const { resource } = reviewOf(object(1)).resource;
  const asked = ALL.filter(({ match }) => match.resources.some((it) => it === resource || it === "*"));
  it.each(asked.map((policy) => [policy.name, policy] as const))("%s takes linear time", async (_name, policy) => {
    const purpose = policy.validate === undefined ? "mutate" : "validate";
    const growth = await growthOfTask(
      100,
      (count) => reviewOf(object(count)),
      (review) => judge(policy, review, purpose),
    );
    expect(growth).toBeLessThan(LINEAR);
  });
});

describe.each(OBJECTS.filter(([what]) => what.startsWith("a Pod ")))("on an UPDATE of %s", (_, object) => {
  const { resource } = reviewOf(object(1)).resource;
  const mutators = ALL.filter(({ match, mutate }) => mutate !== undefined && match.resources.includes(resource));
  it.each(mutators.map((policy) => [policy.name, policy] as const))("%s takes linear time", async (_name, policy) => {
    const growth = await growthOfTask(
      100,
      (count) => reviewOf(object(count), object(1)),
      (review) => judge(policy, review, "mutate"),
    );
    expect(growth).toBeLessThan(LINEAR);
  });
});

describe("a lookup says the same as the fault that a native form is made of:", () => {
  const labels = fc.array(fc.constantFrom("a", "b", "*", "", "*a", "a*b"), { maxLength: 4 });
  const host = labels.map((parts) => parts.join("."));
  const anyIngress = fc
    .record({
      rules: fc.array(fc.record({ host }, { requiredKeys: [] }), { maxLength: 4 }),
      tls: fc.array(fc.record({ hosts: fc.array(host, { maxLength: 4 }) }, { requiredKeys: [] }), { maxLength: 3 }),
    })
    .map((spec) => ingress(spec));
  const name = fc.constantFrom("a", "b", "c");
  const path = fc.constantFrom("/", "/a", "/a/b", "/a/bc", "/ab", "a", "");
  const anyPod = fc
    .record({
      volumes: fc.array(fc.record({ name, hostPath: fc.option(fc.record({ path })) }, { requiredKeys: ["name"] }), {
        maxLength: 4,
      }),
      mounts: fc.array(fc.record({ name, readOnly: fc.boolean() }, { requiredKeys: ["name"] }), { maxLength: 4 }),
    })
    .map(({ volumes, mounts }) => pod({ volumes, containers: [{ name: "c", volumeMounts: mounts }] }));
  const containers = fc.array(
    fc.record(
      { name, restartPolicy: fc.constantFrom("Always", "Never"), readinessProbe: fc.constant({}) },
      { requiredKeys: ["name"] },
    ),
    { maxLength: 4 },
  );
  const anyContainers = fc.record({ containers, initContainers: containers }).map((spec) => pod(spec));
  const allowed = fc.array(fc.record({ path: fc.constantFrom("/", "/a", "/a/b"), readOnly: fc.boolean() }), {
    maxLength: 4,
  });

  it.each<[what: string, objects: fc.Arbitrary<[Policy, JsonObject]>, items: (object: JsonObject) => JsonObject[]]>([
    ["requireIngressTls", anyIngress.map((it) => [requireIngressTls(), it]), (it) => Object(it.spec).rules],
    [
      "requireProbes",
      anyContainers.map((it) => [requireProbes(), it]),
      (it) => [...Object(it.spec).containers, ...Object(it.spec).initContainers],
    ],
    [
      "limitHostPaths",
      fc.tuple(
        allowed.map((it) => limitHostPaths({ allowed: it })),
        anyPod,
      ),
      (it) => Object(it.spec).containers[0].volumeMounts,
    ],
  ])("%s", (_, objects, items) => {
    const seen = new Set<unknown>();
    fc.assert(
      fc.property(objects, ([policy, object]) => {
        const [validation] = validatorOf(policy.validate)?.validations.filter((it) => it.lookup !== undefined) ?? [];
        if (validation?.lookup === undefined) throw new Error(`${policy.name} has no lookup`);
        const scope = {
          object,
          params: parseParams(policy, undefined),
          data: validation.data,
          container: { name: "c" },
          request: reviewOf(object),
          current: undefined,
          compareQuantities: () => Number.NaN,
        };
        const lookup = validation.lookup(scope);
        for (const item of items(object)) {
          const isFaulty = validation.fault(item, scope);
          expect(lookup(item)).toBe(isFaulty);
          seen.add(isFaulty);
        }
      }),
      { numRuns: 500 },
    );
    expect([...seen].sort()).toEqual([false, true]);
  });
});
