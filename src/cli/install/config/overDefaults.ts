import { isJsonObject } from "../../../protocol/Json.ts";

/** A config over defaults, as Helm puts values over those of a chart: maps are merged, lists replaced, and null removes a key. */
export function overDefaults(defaults: unknown, given: unknown): unknown {
  if (!isJsonObject(defaults) || !isJsonObject(given)) return given;
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(given))
    if (value === null) merged.delete(key);
    else merged.set(key, merged.has(key) ? overDefaults(merged.get(key), value) : withoutNull(value));
  // Not by assignment, which would take __proto__ for the prototype.
  return Object.fromEntries(merged);
}

function withoutNull(value: unknown): unknown {
  return isJsonObject(value) ? overDefaults({}, value) : value;
}
