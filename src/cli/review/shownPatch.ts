import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** What stands for a value of a Secret. It is not base64, so no API server takes it for the data of a Secret. */
export const NOT_SHOWN = "(not shown)";

/** kubectl keeps the whole object in this annotation. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Whether the object of a review is a Secret. */
export function isSecret({ resource }: Review): boolean {
  return resource.group === "" && resource.resource === "secrets";
}

/** A Secret without its values. `stringData` becomes `data`, as in the API server, so that it cannot be applied either. */
export function withoutValues(secret: JsonObject): JsonObject {
  const { data, stringData, metadata, ...rest } = secret;
  const keys = [data, stringData].flatMap((it) => (isJsonObject(it) ? Object.keys(it) : []));
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: withoutLastApplied(metadata) }),
    ...(keys.length === 0 ? {} : { data: Object.fromEntries(keys.map((key) => [key, NOT_SHOWN])) }),
  };
}

/** An operation on a Secret without its value, unless it is about the metadata. */
export function withoutValue(operation: PatchOperation): Omit<PatchOperation, "value"> & { readonly value?: unknown } {
  if (!("value" in operation)) return operation;
  const { op, path, value } = operation;
  const isShown = path.startsWith("/metadata/") && !`${path}${writeJson(value)}`.includes("last-applied");
  return isShown ? operation : { op, path };
}

function withoutLastApplied(metadata: unknown): unknown {
  if (!isJsonObject(metadata) || !isJsonObject(metadata.annotations) || !(LAST_APPLIED in metadata.annotations))
    return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, [LAST_APPLIED]: NOT_SHOWN } };
}
