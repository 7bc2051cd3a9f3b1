import { isJsonObject } from "../../../protocol/Json.ts";

/** A config over defaults, as Helm puts values over those of a chart: maps are merged, lists replaced, and null removes a key. */
export function overDefaults(defaults: unknown, given: unknown): unknown {
  if (!isJsonObject(defaults) || !isJsonObject(given)) return given;
  const merged: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(given))
    if (value === null) delete merged[key];
    else merged[key] = Object.hasOwn(defaults, key) ? overDefaults(defaults[key], value) : withoutNull(value);
  return merged;
}

function withoutNull(value: unknown): unknown {
  return isJsonObject(value) ? overDefaults({}, value) : value;
}
