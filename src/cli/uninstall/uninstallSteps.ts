import { GATE_LABEL } from "../../registration/render/renderRegistrations.ts";
import { identityOf } from "../install/output/inApplyOrder.ts";

/** A step of an uninstallation. After each of them, every admission works. */
export interface UninstallStep {
  readonly name: string;
  readonly why: string;
  /** The arguments of each command. */
  readonly commands: readonly (readonly string[])[];
}

/** What is uninstalled. */
export interface Uninstallation {
  /** The gate's name. */
  readonly gate: string;
  /** The CustomResourceDefinitions that it converts. */
  readonly crds: readonly string[];
  /** The objects of `postern install` that go. */
  readonly objects: readonly object[];
  /** Whether nothing calls the gate any more. */
  readonly withRegistrations: boolean;
}

/** The name of an object with its kind and namespace. */
export function identityKey(object: object): string {
  const { kind, namespace = "", name } = identityOf(object);
  return `${kind}/${namespace}/${name}`;
}

/**
 * The steps that remove everything. The registrations go before the gate, conversions before it too, and who can write before
 * the policies that hold it. Namespaces go last, because the deletion of one deletes all in it in no order.
 */
export function uninstallSteps({ gate, crds, objects, withRegistrations }: Uninstallation): readonly UninstallStep[] {
  const of = (...kinds: readonly string[]): object[] =>
    kinds.flatMap((kind) => objects.filter((object) => identityOf(object).kind === kind));
  const named = (kinds: readonly string[], names: readonly string[]): object[] =>
    of(...kinds).filter((object) => names.includes(identityOf(object).name));
  const WRITERS = ["postern-sync", "postern-rollout"];
  const workloads = of("Deployment", "CronJob");
  const writers = named(["Deployment", "CronJob"], WRITERS);
  const steps: readonly UninstallStep[] = [
    {
      name: "Registrations",
      why: "the API server stops calling the gate. Until then, a gate that is gone would fail every request that they match.",
      commands: withRegistrations ? registrations(gate) : [],
    },
    {
      name: "Controllers",
      why: "nobody writes registrations, conversions or workloads any more. A rollout in progress must end first: the wait fails while there is one.",
      commands: [
        ...(named(["Deployment"], ["postern-rollout"]).length === 0 ? [] : rolloutsEnded()),
        ...deletions(writers),
      ],
    },
    {
      name: "Conversions",
      why: "objects of these CustomResourceDefinitions are no longer converted. Fields that only the other version has are not read then: first store all objects in the version that stays.",
      commands: withRegistrations ? conversions(gate, crds) : [],
    },
    {
      name: "Servers",
      why: "no API server of this cluster calls the gate. Other clusters that do need the first step too.",
      commands: deletions([
        ...workloads.filter((it) => !writers.includes(it)),
        ...of("PodDisruptionBudget", "Service"),
      ]),
    },
    {
      name: "Access",
      why: "tokens of the controllers are worth nothing, while the policies still hold them.",
      commands: deletions(of("ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role", "ServiceAccount")),
    },
    {
      name: "Policies",
      why: "their writers are gone. A binding without its policy does nothing, so the bindings go first.",
      commands: [...deletions(of("ValidatingAdmissionPolicyBinding")), ...deletions(of("ValidatingAdmissionPolicy"))],
    },
    {
      name: "Certificates and settings",
      why: "nobody reads them any more. cert-manager must still be there: kubectl knows its kinds from it.",
      commands: deletions(of("Certificate", "Issuer", "ConfigMap", "NetworkPolicy")),
    },
    {
      name: "Namespaces",
      why: "everything else in them goes too: Secrets with keys and certificates, and Leases.",
      commands: deletions(of("Namespace")),
    },
  ];
  return steps.filter(({ commands }) => commands.length > 0);
}

function registrations(gate: string): string[][] {
  const kinds = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];
  return [["delete", kinds.join(","), "--selector", `${GATE_LABEL}=${gate}`]];
}

/** Fails while a workload has the label of a rollout that has not ended. */
function rolloutsEnded(): string[][] {
  const kinds = "deployments,statefulsets,daemonsets";
  const label = "postern.dev/rollout-in-progress=true";
  return [["wait", kinds, "--all-namespaces", "--selector", label, "--for", "delete", "--timeout", "0"]];
}

function conversions(gate: string, crds: readonly string[]): string[][] {
  const patch = JSON.stringify([{ op: "replace", path: "/spec/conversion", value: { strategy: "None" } }]);
  return [
    ...crds.map((name) => ["patch", "customresourcedefinition", name, "--type", "json", "--patch", patch]),
    ["delete", "customresourcedefinitions", `selftests.${gate}.selftest.postern.dev`, "--ignore-not-found"],
  ];
}

/** One command for each namespace. */
function deletions(objects: readonly object[]): string[][] {
  return [...Map.groupBy(objects, (object) => identityOf(object).namespace)].map(([namespace, all]) => [
    "delete",
    ...all.map(resourceOf),
    ...(namespace === undefined ? [] : ["--namespace", namespace]),
    "--ignore-not-found",
  ]);
}

/** `deployment.apps/postern-gate`, as kubectl prints it. */
function resourceOf(object: object): string {
  const { apiVersion } = { apiVersion: "", ...object };
  const { kind, name } = identityOf(object);
  const [group, version] = String(apiVersion).split("/");
  return `${kind.toLowerCase()}${version === undefined ? "" : `.${group}`}/${name}`;
}
