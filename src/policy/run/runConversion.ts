import { assertJson, NotJsonError } from "../../protocol/assertJson.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { ConversionOutcome, ConversionReview } from "../../protocol/review/ConversionReview.ts";
import type { Log } from "../../telemetry/Log.ts";
import { type Conversion, ConversionError, isConversionError } from "../define/conversion.ts";

/** Conversions by `group/kind`. */
export type Conversions = ReadonlyMap<string, Conversion>;

/**
 * Converts all objects of a review in order, through the hub. The first object that cannot be converted fails the review
 * with a message that names it: the API server requires all objects or none (`ConversionResponse.result`). Only labels
 * and annotations of the metadata may change.
 */
export function runConversion(review: ConversionReview, conversions: Conversions, log: Log): ConversionOutcome {
  const objects: JsonObject[] = [];
  for (const [index, object] of review.objects.entries()) {
    try {
      objects.push(convertObject(object, review.desiredApiVersion, conversions));
    } catch (error) {
      const isForClient = isConversionError(error) || error instanceof NotJsonError;
      if (!isForClient) log.error("a converter failed", { uid: review.uid, object: nameOf(object), error });
      const reason = isForClient ? error.message : "the converter failed; the gate's log has the error";
      return {
        converted: false,
        message: `objects[${index}], ${nameOf(object)}, to ${review.desiredApiVersion}: ${reason}`,
      };
    }
  }
  return { converted: true, objects };
}

function convertObject(object: JsonObject, desired: string, conversions: Conversions): JsonObject {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw new ConversionError("apiVersion or kind is missing");
  if (!isJsonObject(metadata)) throw new ConversionError("metadata is missing");
  const [group, from] = splitApiVersion(apiVersion);
  const [desiredGroup, to] = splitApiVersion(desired);
  if (group !== desiredGroup)
    throw new ConversionError(`its group is ${group}, and a conversion cannot change the group`);
  const conversion = conversions.get(`${group}/${kind}`);
  if (conversion === undefined) throw new ConversionError(`this gate has no conversion for ${kind} of ${group}`);
  for (const version of [from, to])
    if (!conversion.versions.includes(version))
      throw new ConversionError(
        `this gate does not know version ${version}; known are ${conversion.versions.join(", ")}`,
      );
  if (from === to) return object;
  const atHub = from === conversion.hub ? object : step(object, conversion, from, "toHub");
  const converted = to === conversion.hub ? atHub : step(atHub, conversion, to, "fromHub");
  return { ...converted, apiVersion: desired };
}

/** Calls one converter. Restores most metadata, and refuses a change of name, namespace or uid. */
function step(object: JsonObject, conversion: Conversion, version: string, direction: "toHub" | "fromHub"): JsonObject {
  const { kind, metadata } = object;
  const converter = conversion.convert[version];
  if (converter === undefined || !isJsonObject(metadata)) throw new ConversionError(`no converter for ${version}`);
  const result: unknown = converter[direction](structuredClone({ ...object }));
  if (!isJsonObject(result))
    throw new ConversionError(`the converter ${version}.${direction} did not return an object`);
  const changed = result.metadata ?? metadata;
  if (!isJsonObject(changed))
    throw new ConversionError(`the converter ${version}.${direction} returned metadata that is not an object`);
  for (const key of ["name", "namespace", "uid"])
    if (changed[key] !== metadata[key])
      throw new ConversionError(`the converter ${version}.${direction} changed metadata.${key}`);
  const kept = { ...metadata, labels: changed.labels, annotations: changed.annotations };
  const next = assertJson({
    ...result,
    apiVersion: `${conversion.group}/${direction === "toHub" ? conversion.hub : version}`,
    kind,
    metadata: kept,
  });
  if (!isJsonObject(next)) throw new ConversionError(`the converter ${version}.${direction} did not return an object`);
  return next;
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function nameOf(object: JsonObject): string {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 253) : "");
  const name = text(metadata.name) || "(unnamed)";
  return `${text(object.kind) || "object"} ${text(metadata.namespace) ? `${text(metadata.namespace)}/` : ""}${name}`;
}
