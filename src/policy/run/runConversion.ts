import { assertJson, NotJsonError } from "../../protocol/assertJson.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { GivenNumbers } from "../../protocol/json/GivenNumbers.ts";
import type { ConversionOutcome, ConversionReview } from "../../protocol/review/ConversionReview.ts";
import type { Log } from "../../telemetry/Log.ts";
import { type Conversion, ConversionError, isConversionError } from "../define/conversion.ts";
import { reportableError } from "../report/reportableError.ts";

/** Conversions by `group/kind`. */
export type Conversions = ReadonlyMap<string, Conversion>;

/** A converter threw. The cause is only for the log. */
class ConverterError extends Error {
  readonly code = "converter-failed";
  constructor(converter: string, cause: Error) {
    super(`${converter} failed; the gate's log has the error`, { cause });
    this.name = "ConverterError";
  }
}

/**
 * Converts all objects of a review in order, through the hub. The first object that cannot be converted fails the review
 * with a message that names it: the API server requires all objects or none (`ConversionResponse.result`). Only labels
 * and annotations of the metadata may change. Integers beyond 2^53 are bigints, before and after.
 */
export function runConversion(review: ConversionReview, conversions: Conversions, log: Log): ConversionOutcome {
  const objects: JsonObject[] = [];
  for (const [index, object] of review.objects.entries()) {
    try {
      objects.push(convertObject(object, review.desiredApiVersion, conversions));
    } catch (error) {
      if (error instanceof ConverterError)
        log.error("a converter failed", { uid: review.uid, object: nameOf(object), error: error.cause });
      else if (!isConversionError(error) && !(error instanceof NotJsonError)) throw error;
      return {
        converted: false,
        message: `objects[${index}], ${nameOf(object)}, to ${review.desiredApiVersion}: ${error.message}`,
      };
    }
  }
  return { converted: true, objects };
}

function convertObject(given: JsonObject, desired: string, conversions: Conversions): JsonObject {
  const { apiVersion, kind, metadata } = given;
  if (typeof apiVersion !== "string" || typeof kind !== "string")
    throw new ConversionError("apiVersion or kind is missing");
  // The API server requires metadata in the answer, also where the object has none.
  const object: JsonObject = { ...given, metadata: metadata ?? {} };
  if (!isJsonObject(object.metadata)) throw new ConversionError("metadata is not an object");
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
  if (from === to) return exactCopy(object, object);
  const atHub = from === conversion.hub ? object : step(object, conversion, from, "toHub");
  return to === conversion.hub ? atHub : step(atHub, conversion, to, "fromHub");
}

/** Calls one converter. Its name is in each error. */
function step(object: JsonObject, conversion: Conversion, version: string, direction: "toHub" | "fromHub"): JsonObject {
  const name = `the converter ${version}.${direction}`;
  const apiVersion = `${conversion.group}/${direction === "toHub" ? conversion.hub : version}`;
  try {
    const result: unknown = conversion.convert[version]?.[direction](structuredClone(object));
    if (!isJsonObject(result)) throw new ConversionError(`${name} did not return an object`);
    const metadata = metadataOf(name, object, result);
    return exactCopy({ ...result, apiVersion, kind: object.kind, metadata }, object);
  } catch (error) {
    if (isConversionError(error)) throw error;
    if (error instanceof NotJsonError) throw new ConversionError(`${name}: ${error.message}`);
    const source = String(conversion.convert[version]?.[direction]);
    throw new ConverterError(name, reportableError(error, { source, isSecret: false }));
  }
}

/** A copy that JSON can represent, with the integers of the object that was given. Throws {@link NotJsonError}. */
function exactCopy(object: JsonObject, given: JsonObject): JsonObject {
  const copy = assertJson(object, "", 0, new GivenNumbers(given));
  return isJsonObject(copy) ? copy : object;
}

/** The metadata of a converted object: as before, but with its labels and annotations. Refuses a change of name, namespace or uid. */
function metadataOf(converter: string, { metadata }: JsonObject, result: JsonObject): JsonObject {
  const before = isJsonObject(metadata) ? metadata : {};
  const changed = result.metadata ?? before;
  if (!isJsonObject(changed)) throw new ConversionError(`${converter} returned metadata that is not an object`);
  for (const key of ["name", "namespace", "uid"])
    if (changed[key] !== before[key]) throw new ConversionError(`${converter} changed metadata.${key}`);
  return { ...before, labels: changed.labels, annotations: changed.annotations };
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
