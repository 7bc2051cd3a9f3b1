import { isJsonObject } from "../../protocol/Json.ts";

/** Who last wrote the two fields that a sync keeps: the names of field managers. */
export interface FieldWriters {
  readonly caBundle: readonly string[];
  readonly url: readonly string[];
}

/** Reads `metadata.managedFields`: whoever owns the field of at least one webhook (`FieldsV1`, structured-merge-diff). */
export function fieldWriters(managedFields: unknown): FieldWriters {
  const [caBundle, url] = [new Set<string>(), new Set<string>()];
  for (const entry of Array.isArray(managedFields) ? managedFields.filter(isJsonObject) : []) {
    if (typeof entry.manager !== "string") continue;
    for (const config of clientConfigsIn(entry.fieldsV1)) {
      if ("f:caBundle" in config) caBundle.add(entry.manager);
      if ("f:url" in config) url.add(entry.manager);
    }
  }
  return { caBundle: [...caBundle], url: [...url] };
}

function clientConfigsIn(fields: unknown): object[] {
  if (!isJsonObject(fields)) return [];
  return Object.entries(fields).flatMap(([key, value]) =>
    key === "f:clientConfig" && isJsonObject(value) ? [value] : clientConfigsIn(value),
  );
}
