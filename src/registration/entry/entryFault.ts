import { isQualifiedName } from "../../protocol/kubernetesNames.ts";
import { selectorFault } from "./selectorFault.ts";

/** A fault of an entry's options. `field` is empty for the entry itself; `fault` continues the sentence after it. */
export interface EntryFault {
  readonly field: string;
  readonly fault: string;
}

/** The API server's default. A client waits that long at every retry. */
const MAX_TIMEOUT_SECONDS = 10;
const KEYS = [
  "policies",
  "namespaceSelector",
  "objectSelector",
  "failurePolicy",
  "timeoutSeconds",
  "reinvocationPolicy",
  "matchConditions",
  "breakGlass",
];
/** The prefix of the conditions that `render` adds. */
export const OWN_PREFIX = "postern.dev/";

/** The first fault in an entry's options: a value that the API server would refuse, or that would have no effect. */
export function entryFault(entry: unknown): EntryFault | undefined {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return { field: "", fault: "is not an object" };
  for (const key of Object.keys(entry))
    if (!KEYS.includes(key)) return { field: key, fault: `is unknown; known are ${KEYS.join(", ")}` };
  const field = (name: string): unknown => Reflect.get(entry, name);
  for (const name of ["namespaceSelector", "objectSelector"]) {
    const fault = field(name) === undefined ? undefined : selectorFault(field(name));
    if (fault !== undefined) return { field: name, fault };
  }
  const oneOf = (name: string, allowed: readonly string[]): EntryFault | undefined => {
    const value = field(name);
    if (value === undefined || allowed.some((known) => known === value)) return undefined;
    return { field: name, fault: `is not ${allowed.map((known) => JSON.stringify(known)).join(" or ")}` };
  };
  return (
    oneOf("failurePolicy", ["Fail", "Ignore"]) ??
    oneOf("reinvocationPolicy", ["Never", "IfNeeded"]) ??
    breakGlassFault(field("breakGlass"), field("failurePolicy")) ??
    timeoutFault(field("timeoutSeconds")) ??
    conditionsFault(field("matchConditions"))
  );
}

function breakGlassFault(breakGlass: unknown, failurePolicy: unknown): EntryFault | undefined {
  if (breakGlass !== undefined && typeof breakGlass !== "boolean")
    return { field: "breakGlass", fault: "is not true or false" };
  if (breakGlass !== true || failurePolicy !== "Ignore") return undefined;
  return { field: "breakGlass", fault: "has no effect with failurePolicy Ignore" };
}

function timeoutFault(seconds: unknown): EntryFault | undefined {
  if (seconds === undefined) return undefined;
  if (typeof seconds === "number" && Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_TIMEOUT_SECONDS)
    return undefined;
  return { field: "timeoutSeconds", fault: `is not a whole number from 1 to ${MAX_TIMEOUT_SECONDS}` };
}

function conditionsFault(conditions: unknown): EntryFault | undefined {
  const field = "matchConditions";
  if (conditions === undefined) return undefined;
  if (!Array.isArray(conditions)) return { field, fault: "is not a list" };
  const names = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const at = `${field}[${index}]`;
    if (typeof condition !== "object" || condition === null) return { field: at, fault: "is not an object" };
    for (const key of Object.keys(condition))
      if (key !== "name" && key !== "expression")
        return { field: at, fault: `has the unknown key ${JSON.stringify(key)}; known are name, expression` };
    const { name, expression } = condition;
    if (!isQualifiedName(name))
      return { field: at, fault: `has the name ${JSON.stringify(name)}, which is not a qualified name` };
    if (name.startsWith(OWN_PREFIX))
      return { field: at, fault: `has the name ${JSON.stringify(name)}; the prefix ${OWN_PREFIX} is reserved` };
    if (names.has(name)) return { field: at, fault: `repeats the name ${JSON.stringify(name)}` };
    names.add(name);
    if (typeof expression !== "string" || expression.trim() === "") return { field: at, fault: "has no expression" };
  }
  return undefined;
}
