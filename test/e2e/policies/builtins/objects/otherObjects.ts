import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import type { SeededRandom } from "../../objects/SeededRandom.ts";
import { EMPTY_NAMESPACE, NAMESPACES, SERVICE_ACCOUNTS } from "./namespaces.ts";
import { type FieldChoices, pickFields, pickList } from "./pickFields.ts";

const BETA = "volume.beta.kubernetes.io/storage-class";
const LABELS = { app: "generated" };
const TEMPLATE = { metadata: { labels: LABELS }, spec: { containers: [{ name: "a", image: "a:1" }] } };
/** Of claims: below, at and above the limits of the policies, in several notations. */
const SIZES = [
  "1Gi",
  "1Gi",
  "1024Mi",
  "1073741824",
  "1073741825",
  "1G",
  "0.5Gi",
  "512M",
  "100Gi",
  "100.5Gi",
  "1e12",
  "10Ti",
  5,
];
const RESOURCE_VERSIONS = ["v1", "v1", "v1beta1", "v1beta2"];

/** A PersistentVolumeClaim. */
export function claim(random: SeededRandom, index: number): KubeObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    ...claimParts(random),
    metadata: claimMetadata(random, index),
  };
}

/** A StatefulSet with templates of claims. */
export function statefulSet(random: SeededRandom, index: number): KubeObject {
  const template = (): KubeObject => ({
    ...claimParts(random),
    metadata: { ...claimMetadata(random, random.int(1_000)), namespace: undefined },
  });
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: {
      ...metadataOf(random, index),
      ...pickFields(random, { annotations: [undefined, { [BETA]: "premium" }] }),
    },
    spec: {
      ...pickFields(random, { replicas: [undefined, null, 0, 1, 2, 51] }),
      serviceName: "a",
      selector: { matchLabels: LABELS },
      template: TEMPLATE,
      volumeClaimTemplates: pickList(random, 2, template),
    },
  };
}

/** A ServiceAccount. */
export function serviceAccount(random: SeededRandom, index: number): KubeObject {
  const name = random.oneIn(4) ? random.pick(SERVICE_ACCOUNTS) : `o-${index}`;
  const metadata = { name, namespace: EMPTY_NAMESPACE };
  const fields = pickFields(random, { automountServiceAccountToken: [undefined, null, true, false, false] });
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, ...fields };
}

/** A Namespace. */
export function namespace(random: SeededRandom, index: number): KubeObject {
  const ONCALL = "example.com/oncall";
  const annotations = [undefined, null, {}, { [ONCALL]: "#shop" }, { [ONCALL]: "#shop-a" }, { [ONCALL]: "ask ann" }];
  const metadata = { name: `ns-${index}`, ...pickFields(random, { annotations }) };
  return { apiVersion: "v1", kind: "Namespace", metadata };
}

/** A kind that is only judged by its namespace, or not at all. */
export function plainObject(random: SeededRandom, index: number): KubeObject {
  const kind = random.pick(["ConfigMap", "Secret", "LimitRange"]);
  const metadata = metadataOf(random, index);
  if (kind === "ConfigMap" && metadata.namespace === "default" && random.oneIn(3)) metadata.name = "kube-root-ca.crt";
  return { apiVersion: "v1", kind, metadata, ...(kind === "LimitRange" ? { spec: { limits: [] } } : { data: {} }) };
}

/** An object in a version that is served beside others. */
export function versionedObject(random: SeededRandom, index: number): KubeObject {
  const version = random.pick(RESOURCE_VERSIONS);
  const request = { name: "a", exactly: { deviceClassName: "a" } };
  const requests = [version === "v1beta1" ? { name: "a", deviceClassName: "a" } : request];
  const claimed = { devices: random.oneIn(4) ? {} : { requests } };
  const apiVersion = `resource.k8s.io/${version}`;
  const metadata = metadataOf(random, index);
  switch (random.int(4)) {
    case 0:
      return { apiVersion, kind: "DeviceClass", metadata: { name: metadata.name }, spec: {} };
    case 1:
      return { apiVersion, kind: "ResourceClaim", metadata, spec: claimed };
    case 2:
      return { apiVersion, kind: "ResourceClaimTemplate", metadata, spec: { spec: claimed } };
    default:
      return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec: { minAvailable: 1 } };
  }
}

function claimMetadata(random: SeededRandom, index: number): KubeObject {
  const annotations: FieldChoices = {
    annotations: [
      undefined,
      undefined,
      null,
      {},
      { [BETA]: "standard" },
      { [BETA]: "premium" },
      { [BETA]: "" },
      { a: "b" },
    ],
  };
  return { ...metadataOf(random, index), ...pickFields(random, annotations) };
}

function claimParts(random: SeededRandom): KubeObject {
  const modes = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"];
  return {
    spec: {
      ...pickFields(random, {
        storageClassName: [undefined, null, "", "standard", "standard", "premium"],
        volumeMode: [undefined, null, "Filesystem", "Block"],
        accessModes: [...modes.map((mode) => [mode]), ["ReadWriteOncePod"], modes, [modes[0], modes[1]]],
      }),
      resources: { requests: { storage: random.pick(SIZES) } },
    },
  };
}

function metadataOf(random: SeededRandom, index: number): KubeObject {
  return { name: `o-${index}`, namespace: random.pick(NAMESPACES) };
}
