import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import { podOf, type TestNamespace } from "../../cluster/TestNamespace.ts";

/** Labels that the policies of the gate require. */
export const TEAM = { labels: { team: "blue" } };

/** A request and the expected answer. */
export interface OperationCase {
  readonly name: string;
  readonly send: (ns: TestNamespace) => Promise<ApiAnswer>;
  readonly status: number;
  /** Message of the denial, without the prefix of the API server. */
  readonly message?: string;
  readonly reason?: string;
  readonly warnings?: readonly string[];
}

const deployment = (name: string, labels: Readonly<Record<string, string>>): KubeObject => ({
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name, ...labels } }, spec: podOf(name, {}).spec },
  },
});

/** Creates a Pod for a case, unless it exists, so that each case can run alone and repeatedly. */
const createPod = async (ns: TestNamespace, name: string): Promise<void> => {
  const { status, body } = await ns.createPod(name, TEAM);
  if (status !== 201 && status !== 409) throw new Error(`${name}: ${body.message}`);
};

/** Cases of all operations, with the answers of the gate `gates/operations.ts`. */
export const operationCases: readonly OperationCase[] = [
  {
    name: "allows the CREATE of a Pod without a warning",
    send: (ns) => ns.createPod("fine", TEAM, { query: { dryRun: "All" } }),
    status: 201,
    warnings: [],
  },
  {
    name: "denies the CREATE of a Pod with the code and the reason of the policy",
    send: (ns) => ns.createPod("no-team"),
    status: 422,
    reason: "Invalid",
    message: "team-label: metadata.labels has no team",
  },
  {
    name: "denies a Pod that two policies deny with a line for each and the code of the first",
    send: (ns) => ns.createPod("bad", { labels: { "bad-label": "x" } }),
    status: 403,
    reason: "Forbidden",
    message: "deny-labels: Pod contains forbidden label 'bad-label'\nteam-label: metadata.labels has no team",
  },
  {
    name: "allows the CREATE of a Pod with a warning",
    send: (ns) => ns.createPod("warned", { ...TEAM, image: "docker.io/app:1" }, { query: { dryRun: "All" } }),
    status: 201,
    warnings: ["registry: spec.containers[0].image is from elsewhere: ünïcödé 🚪"],
  },
  {
    name: "denies a Deployment because of its Pod template",
    send: (ns) => ns.cluster.api.create(ns.path("apps/v1", "deployments"), deployment("web", {})),
    status: 422,
    message: "team-label: spec.template.metadata.labels has no team",
  },
  {
    name: "denies a CronJob because of its nested Pod template",
    send: (ns) =>
      ns.cluster.api.create(ns.path("batch/v1", "cronjobs"), {
        metadata: { name: "nightly" },
        spec: {
          schedule: "0 0 * * *",
          jobTemplate: { spec: { template: { spec: { ...podOf("x", {}).spec, restartPolicy: "Never" } } } },
        },
      }),
    status: 422,
    message: "team-label: spec.jobTemplate.spec.template.metadata.labels has no team",
  },
  {
    name: "denies an UPDATE of a ConfigMap with the code of the policy",
    send: async (ns) => {
      await ns.createConfigMap("locked", { locked: "true", value: "1" });
      return ns.cluster.api.merge(ns.path("configmaps", "locked"), { data: { value: "2" } });
    },
    status: 409,
    reason: "Conflict",
    message: "no-update-of-locked: data.value is locked",
  },
  {
    name: "allows an UPDATE of a ConfigMap",
    send: async (ns) => {
      await ns.createConfigMap("open", { value: "1" });
      return ns.cluster.api.merge(ns.path("configmaps", "open"), { data: { value: "2" } });
    },
    status: 200,
  },
  {
    name: "denies the DELETE of a ConfigMap because of the old object",
    send: async (ns) => {
      await ns.createConfigMap("kept", { keep: "true" });
      return ns.cluster.api.delete(ns.path("configmaps", "kept"));
    },
    status: 403,
    message: "no-delete-of-kept: data.keep says to keep it",
  },
  {
    name: "allows the DELETE of a ConfigMap",
    send: async (ns) => {
      await ns.createConfigMap("gone", {});
      return ns.cluster.api.delete(ns.path("configmaps", "gone"));
    },
    status: 200,
  },
  {
    name: "denies a CONNECT to pods/exec",
    send: async (ns) => {
      await createPod(ns, "target");
      return ns.cluster.api.get(ns.path("pods", "target", "exec"), { query: { command: "sh", container: "app" } });
    },
    status: 403,
    message: "no-shell: no shell in target",
  },
  {
    name: "denies an UPDATE of deployments/scale",
    send: async (ns) => {
      await ns.cluster.api.create(ns.path("apps/v1", "deployments"), deployment("scaled", { team: "blue" }));
      return ns.cluster.api.merge(ns.path("apps/v1", "deployments", "scaled", "scale"), { spec: { replicas: 6 } });
    },
    status: 403,
    message: "scale-limit: 6 replicas are more than 5",
  },
  {
    name: "denies the CREATE of an eviction with code 429",
    send: async (ns) => {
      await createPod(ns, "single");
      const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "single" } };
      return ns.cluster.api.create(ns.path("pods", "single", "eviction"), body);
    },
    status: 429,
    message: "no-eviction-of-singletons: single is the only one",
  },
  {
    name: "denies the CREATE of a binding",
    send: async (ns) => {
      await ns.createPod("bound", { ...TEAM, spec: { schedulerName: "nobody" } });
      const body = { metadata: { name: "bound" }, target: { apiVersion: "v1", kind: "Node", name: "reserved-1" } };
      return ns.cluster.api.create(ns.path("pods", "bound", "binding"), body);
    },
    status: 403,
    message: "no-binding-to-reserved: reserved-1 is reserved",
  },
  {
    name: "denies an UPDATE of ephemeral containers",
    send: async (ns) => {
      await createPod(ns, "debugged");
      return ns.cluster.api.call("PATCH", ns.path("pods", "debugged", "ephemeralcontainers"), {
        contentType: "application/strategic-merge-patch+json",
        body: { spec: { ephemeralContainers: [{ name: "debug", image: "registry.example.com/debugger:1" }] } },
      });
    },
    status: 403,
    message: "no-debug-image: spec.ephemeralContainers[0].image is a debugger's",
  },
];
