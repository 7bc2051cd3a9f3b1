import { MIRROR_ANNOTATION, NODES } from "../../policy/define/isMirrorPod.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { Operation, Review } from "../../protocol/review/Review.ts";
import { type DeclaredResources, knownResource } from "./declaredResources.ts";
import { isBuiltInGroup } from "./resourceOfKind.ts";

/** Operations for which a manifest can be judged. */
export type ManifestOperation = Exclude<Operation, "CONNECT">;

/** What is done to the manifests. */
export interface ManifestContext {
  readonly operation: ManifestOperation;
  /** Of namespaced objects without a namespace. Default: `default`. */
  readonly namespace?: string | undefined;
  /** The command for what another tool has to render first, for hints. Default: `postern review -`. */
  readonly reviewCommand?: string | undefined;
  /** Kinds of custom resources that are known. Default: none. */
  readonly declared?: DeclaredResources | undefined;
}

/** The user of these reviews. */
export const MANIFEST_USER = { username: "postern-review", uid: "", groups: ["system:authenticated"], extra: {} };

/**
 * The review that the API server would send for a manifest, as far as this is known without a cluster. The object is as
 * written, without defaults of the server, and without the null members that it drops. A namespaced object without a namespace gets that of the context. For UPDATE the old
 * object equals the new one; for DELETE there is only the old one. Undefined when `metadata` is not an object.
 */
export function reviewOfManifest(object: JsonObject, context: ManifestContext, uid: string): Review | undefined {
  const { operation, namespace: fallback = "default" } = context;
  const written = object.metadata ?? {};
  if (!isJsonObject(written)) return undefined;
  const metadata = withoutNulls(written);
  const [group, version] = splitApiVersion(String(object.apiVersion));
  const kindName = String(object.kind);
  const { resource: plural, namespaced } = knownResource(group, kindName, context.declared);
  const named = typeof metadata.namespace === "string" && metadata.namespace !== "" ? metadata.namespace : undefined;
  const namespace = namespaced ? (named ?? fallback) : "";
  const stored = isTyped(group) ? withoutNulls(object) : object;
  const whole: JsonObject = { ...stored, metadata: namespaced ? { ...metadata, namespace } : metadata };
  const kind = { group, version, kind: kindName };
  const resource = { group, version, resource: plural };
  return {
    version: "v1",
    uid,
    kind,
    resource,
    subresource: "",
    requestKind: kind,
    requestResource: resource,
    requestSubresource: "",
    name: typeof metadata.name === "string" ? metadata.name : "",
    namespace,
    operation,
    user: userOf(whole),
    object: operation === "DELETE" ? null : whole,
    oldObject: operation === "CREATE" ? null : whole,
    dryRun: false,
    options: null,
  };
}

/** The schema of a CustomResourceDefinition is any JSON, where a null is a value. */
function isTyped(group: string): boolean {
  return isBuiltInGroup(group) && group !== "apiextensions.k8s.io";
}

/** Maps of texts: a null in one is read as the empty text. */
const TEXT_MAPS: ReadonlySet<string> = new Set([
  "annotations",
  "data",
  "labels",
  "matchLabels",
  "nodeSelector",
  "stringData",
]);

/**
 * An object as the API server reads it into the Go type of its kind (encoding/json): a null member is an absent one. Elements
 * of lists stay.
 */
function withoutNulls(object: JsonObject, field = ""): JsonObject {
  const members = Object.entries(object).flatMap(([key, value]): [string, unknown][] => {
    if (value !== null && value !== undefined) return [[key, valueWithoutNulls(value, key)]];
    return TEXT_MAPS.has(field) ? [[key, ""]] : [];
  });
  return Object.fromEntries(members);
}

function valueWithoutNulls(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => valueWithoutNulls(element, ""));
  return isJsonObject(value) ? withoutNulls(value, field) : value;
}

/** A mirror Pod is made by the kubelet of its node. */
function userOf({ kind, metadata, spec }: JsonObject): Review["user"] {
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  const node = isJsonObject(spec) ? spec.nodeName : undefined;
  const isMirror = kind === "Pod" && isJsonObject(annotations) && Object.hasOwn(annotations, MIRROR_ANNOTATION);
  return isMirror
    ? { ...MANIFEST_USER, username: `system:node:${String(node)}`, groups: [NODES, ...MANIFEST_USER.groups] }
    : MANIFEST_USER;
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
