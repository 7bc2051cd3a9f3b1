import { expect, it } from "vitest";
import { disallowDefaultNamespace } from "../../../src/policies/objects/disallowDefaultNamespace.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";

type Options = Parameters<typeof disallowDefaultNamespace>[0];

const denied = (kind: string): string[] => [
  `metadata.namespace: the ${kind} must not be in the namespace default; create a namespace for it`,
];
const object = (apiVersion: string, kind: string, namespace: string, name = "web") => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});

it.each<[apiVersion: string, kind: string]>([
  ["v1", "Pod"],
  ["v1", "ReplicationController"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["v1", "Service"],
  ["networking.k8s.io/v1", "Ingress"],
  ["v1", "PersistentVolumeClaim"],
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
])("disallowDefaultNamespace judges %s %s", async (apiVersion, kind) => {
  const policy = disallowDefaultNamespace();
  expect(await faultsOf(policy, object(apiVersion, kind, "default"))).toEqual(denied(kind));
  expect(await faultsOf(policy, object(apiVersion, kind, "shop"))).toEqual([]);
});

it.each<[what: string, options: Options, of: ReturnType<typeof object>, messages: string[]]>([
  ["the Service of the API server", {}, object("v1", "Service", "default", "kubernetes"), []],
  ["its certificate", {}, object("v1", "ConfigMap", "default", "kube-root-ca.crt"), []],
  ["that of OpenShift", {}, object("v1", "ConfigMap", "default", "openshift-service-ca.crt"), []],
  ["that of Istio", {}, object("v1", "ConfigMap", "default", "istio-ca-root-cert"), []],
  ["a Secret of its name", {}, object("v1", "Secret", "default", "istio-ca-root-cert"), denied("Secret")],
  ["another kind of that name", {}, object("v1", "Pod", "default", "kubernetes"), denied("Pod")],
  ["a ServiceAccount", {}, object("v1", "ServiceAccount", "default"), []],
  ["other namespaces by option", { namespaces: { exclude: ["dev-*"] } }, object("v1", "Pod", "shop"), []],
  ["default, with that option", { namespaces: { exclude: ["dev-*"] } }, object("v1", "Pod", "default"), denied("Pod")],
])("disallowDefaultNamespace judges %s", async (_what, options, of, messages) => {
  expect(await faultsOf(disallowDefaultNamespace(options), of)).toEqual(messages);
});

it("disallowDefaultNamespace is not asked about updates", async () => {
  const of = object("v1", "Pod", "default");
  expect(await faultsOf(disallowDefaultNamespace({ onExisting: "deny" }), of, of)).toEqual([]);
});

it.each([{ podTemplates: true }, { onTemplates: "warn" }] as const)(
  "disallowDefaultNamespace judges no templates, and refuses %o",
  (options) => {
    expect(() => disallowDefaultNamespace(options)).toThrow("is for policies on Pods and their templates");
  },
);

it("disallowDefaultNamespace is native", () => {
  expect(nativeOf(disallowDefaultNamespace())).toBe("yes");
});
