import { builtinVersions } from "../../policy/define/builtinVersions.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { FieldReads } from "../../policy/existing/FieldReads.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { judgeState } from "../../policy/run/judgeState.ts";
import type { JsonObject } from "../../protocol/Json.ts";
import type { Operation, Review } from "../../protocol/review/Review.ts";
import type { RegisteredGate } from "../../registration/entry/RegisteredGate.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { coversResource } from "../../registration/rules/Rule.ts";
import { type RegisteredTarget, registeredTargets } from "../../registration/rules/registeredTargets.ts";
import { sampleReviews } from "./sampleReviews.ts";

/** A subresource that changes fields of its resource, or deletes it. */
interface SubresourceChange {
  readonly subresource: string;
  /** The operation of a request for the subresource. */
  readonly operation: Operation;
  /** The resources as `GROUP/RESOURCE`; undefined for all that have the subresource. */
  readonly of?: readonly string[];
  /** The paths of the fields that it changes; none for a deletion. */
  readonly fields: readonly string[];
}

const METADATA = [".metadata.labels", ".metadata.annotations"];

/**
 * What subresources change without an UPDATE of their resource. `test/e2e/gate/subresources.test.ts` asks an API server
 * about those of the metadata.
 */
export const SUBRESOURCE_CHANGES: readonly SubresourceChange[] = [
  {
    subresource: "scale",
    operation: "UPDATE",
    of: ["apps/deployments", "apps/statefulsets", "apps/replicasets", "/replicationcontrollers"],
    fields: [".spec.replicas"],
  },
  // Its labels and annotations replace those of the Pod (`setPodNodeAndMetadata`, k8s.io/kubernetes).
  { subresource: "binding", operation: "CREATE", of: ["/pods"], fields: [".spec.nodeName", ...METADATA] },
  { subresource: "eviction", operation: "CREATE", of: ["/pods"], fields: [] },
  { subresource: "finalize", operation: "UPDATE", of: ["/namespaces"], fields: [".spec.finalizers", ...METADATA] },
  {
    subresource: "approval",
    operation: "UPDATE",
    of: ["certificates.k8s.io/certificatesigningrequests"],
    fields: [".status"],
  },
  { subresource: "status", operation: "UPDATE", fields: [".status"] },
  { subresource: "status", operation: "UPDATE", of: ["apps/deployments"], fields: [".metadata.annotations"] },
  {
    subresource: "status",
    operation: "UPDATE",
    of: [
      "/pods",
      "/services",
      "/persistentvolumeclaims",
      "/resourcequotas",
      "/replicationcontrollers",
      "/namespaces",
      "/nodes",
      "apps/statefulsets",
      "apps/daemonsets",
      "apps/replicasets",
      "batch/jobs",
      "batch/cronjobs",
      "autoscaling/horizontalpodautoscalers",
      "policy/poddisruptionbudgets",
      "networking.k8s.io/ingresses",
    ],
    fields: METADATA,
  },
];
/** A field that custom resources usually have for their subresource `scale`. */
const CUSTOM_SCALE: SubresourceChange = { subresource: "scale", operation: "UPDATE", fields: [".spec.replicas"] };
const TIMEOUT_MS = 1_000;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Finds subresources through which what a validator reads can change although it is not called for them, such as
 * `deployments/scale` for a limit of replicas. Runs each validator on a small object of each resource that it names and
 * notes which fields it reads. Subresources in `match.unasked` are left out.
 */
export async function lintSubresources(
  { policies }: Pick<RegisteredGate, "policies">,
  settings: ClusterSettings,
): Promise<Lint[]> {
  const lints: Lint[] = [];
  for (const policy of policies.filter(({ validate }) => validate !== undefined)) {
    const asked = registeredTargets([policy], "validate");
    for (const target of asked.filter(isNamedObject)) {
      const reads = await readsOf(policy, target, settings);
      const byField = new Map<string | undefined, SubresourceChange[]>();
      for (const change of changesOf(target)) {
        const field = change.fields.find((it) => reads.some((isRead) => isRead(it)));
        const isDeletion = change.fields.length === 0 && target.operations.includes("DELETE");
        if (!isDeletion && (field === undefined || !target.operations.includes("UPDATE"))) continue;
        if (isUnasked(policy, target, change, asked)) byField.set(field, [...(byField.get(field) ?? []), change]);
      }
      for (const [field, changes] of byField) lints.push(lintOf(policy, target, field, changes));
    }
  }
  return [...new Map(lints.map((lint) => [JSON.stringify(lint), lint])).values()];
}

function lintOf(
  { name: policy }: Policy,
  { resource }: RegisteredTarget,
  field: string | undefined,
  changes: readonly SubresourceChange[],
): Lint {
  const names = changes.map(({ subresource }) => `${resource}/${subresource}`).join(" and ");
  const added = changes.map((it) => `"${resource}/${it.subresource}" (operation ${it.operation})`).join(" and ");
  const verb = changes.length > 1 ? "change" : "changes";
  const what =
    field === undefined
      ? `is called when ${resource} are deleted, and not for ${names}, which deletes them`
      : `reads ${field.slice(1)} of ${resource}, and is not called for ${names}, which ${verb} it`;
  const message = `${what}: add ${added} to match.resources, or to match.unasked`;
  return { code: "subresource-unasked", severity: "warning", place: `policies.${policy}`, message };
}

function isNamedObject({ resource, subresource, template }: RegisteredTarget): boolean {
  return resource !== "*" && subresource === "" && template.length === 0;
}

function changesOf({ group, resource }: RegisteredTarget): readonly SubresourceChange[] {
  const isBuiltin = builtinVersions(resource).some((it) => it.group === group);
  const changes = SUBRESOURCE_CHANGES.filter(({ of }) => of === undefined || of.includes(`${group}/${resource}`));
  return isBuiltin ? changes : [...changes, CUSTOM_SCALE];
}

/** Whether the policy is neither called for the subresource nor says that it need not be. */
function isUnasked(
  { match }: Policy,
  { group, resource }: RegisteredTarget,
  { subresource, operation }: SubresourceChange,
  asked: readonly RegisteredTarget[],
): boolean {
  const name = `${resource}/${subresource}`;
  if (match.unasked?.some((it) => coversResource(it, name)) === true) return false;
  return !asked.some(
    (target) =>
      (target.group === "*" || target.group === group) &&
      coversResource(`${target.resource}/${target.subresource}`, name) &&
      target.operations.includes(operation),
  );
}

/** Tells whether a validator reads a field of a small object, such as `.spec.replicas`: a function for each object. */
async function readsOf(
  policy: Policy,
  target: RegisteredTarget,
  settings: ClusterSettings,
): Promise<((field: string) => boolean)[]> {
  const found: ((field: string) => boolean)[] = [];
  const { group, resource } = target;
  const samples = sampleReviews(policy).filter(
    (it) => it.resource.group === group && it.resource.resource === resource,
  );
  for (const sample of samples.length === 0 ? [genericReview(target)] : samples)
    for (const operation of target.operations) {
      if (sample.object === null || operation === "CONNECT") continue;
      // A policy does not read further where the spec is missing.
      const object: JsonObject = structuredClone({ spec: {}, status: {}, ...sample.object });
      const review = { ...sample, operation, oldObject: operation === "CREATE" ? null : structuredClone(object) };
      const deadline = new Deadline(TIMEOUT_MS, Date.now);
      const reads = new FieldReads();
      const run = { review, settings, deadline, log: SILENT };
      await judgeState({ policy, template: [], order: 0 }, run, object, { reads });
      deadline.dispose();
      found.push((field) => reads.hasPath(object, field.slice(1).split(".")));
    }
  return found;
}

/** A review of an object with the usual fields, for a resource without a sample. */
function genericReview({ group, resource, versions: [version = "v1"] }: RegisteredTarget): Review {
  const at = { group, version: version === "*" ? "v1" : version };
  const object: JsonObject = {
    apiVersion: group === "" ? at.version : `${group}/${at.version}`,
    kind: "Sample",
    metadata: { name: "sample", namespace: "default", labels: {}, annotations: {} },
    spec: { replicas: 1 },
    status: {},
  };
  return {
    version: "v1",
    uid: "sample",
    kind: { ...at, kind: "Sample" },
    resource: { ...at, resource },
    subresource: "",
    requestKind: { ...at, kind: "Sample" },
    requestResource: { ...at, resource },
    requestSubresource: "",
    name: "sample",
    namespace: "default",
    operation: "CREATE",
    user: { username: "sample", uid: "", groups: [], extra: {} },
    object,
    oldObject: null,
    dryRun: true,
    options: null,
  };
}
