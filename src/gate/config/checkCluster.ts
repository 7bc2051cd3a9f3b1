// Generated from clusterSchema by infra/checks/checkModule.ts. `npm run build` refreshes it.
import type * as z from "zod/mini";
import { isJsonObject } from "../../protocol/Json.ts";
import type { DecodeFault, DecodeResult } from "../../protocol/review/DecodeResult.ts";
import { isObject, shapeFault, unknownKeysFault } from "../../protocol/shapeFault.ts";
import type { clusterSchema } from "./Cluster.ts";

/** Checks a value as {@link clusterSchema} does. Returns the value itself, or the fault of zod's first issue. */
export function checkCluster(value: unknown): DecodeResult<z.infer<typeof clusterSchema>> {
  const fault = faultOf(value);
  // The schema's type describes a value without a fault. Tests compare this check with zod.
  return fault === undefined ? { ok: true, value: value as z.infer<typeof clusterSchema> } : { ok: false, fault };
}

function faultOf(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("", "expected an object");
  const { mode, modes, namespaces, params, records } = value;
  if (mode !== undefined && mode !== "enforce" && mode !== "warn" && mode !== "audit")
    return shapeFault("mode", 'expected "enforce" or "warn" or "audit"');
  if (modes !== undefined) {
    if (!isJsonObject(modes)) return shapeFault("modes", "expected a record");
    for (const key of Object.keys(modes)) {
      if (key === "__proto__") continue;
      const member = modes[key];
      if (member !== "enforce" && member !== "warn" && member !== "audit")
        return shapeFault(`modes.${key}`, 'expected "enforce" or "warn" or "audit"');
    }
  }
  if (namespaces !== undefined) {
    if (!Array.isArray(namespaces)) return shapeFault("namespaces", "expected an array");
    for (let index = 0; index < namespaces.length; index += 1) {
      const element: unknown = namespaces[index];
      const elementFault = faultOfElement(element, `namespaces.${index}`);
      if (elementFault !== undefined) return elementFault;
    }
  }
  if (params !== undefined && !isJsonObject(params)) return shapeFault("params", "expected a record");
  if (records !== undefined) {
    const recordsFault = faultOfRecords(records);
    if (recordsFault !== undefined) return recordsFault;
  }
  return unknownKeysFault(value, ["identity", "mode", "modes", "namespaces", "params", "records"], "");
}

function faultOfElement(value: unknown, path: string): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault(path, "expected an object");
  const { names, mode, modes } = value;
  if (!Array.isArray(names)) return shapeFault(`${path}.names`, "expected an array");
  for (let index = 0; index < names.length; index += 1) {
    const element: unknown = names[index];
    if (typeof element !== "string") return shapeFault(`${path}.names.${index}`, "expected a string");
  }
  if (mode !== undefined && mode !== "enforce" && mode !== "warn" && mode !== "audit")
    return shapeFault(`${path}.mode`, 'expected "enforce" or "warn" or "audit"');
  if (modes !== undefined) {
    if (!isJsonObject(modes)) return shapeFault(`${path}.modes`, "expected a record");
    for (const key of Object.keys(modes)) {
      if (key === "__proto__") continue;
      const member = modes[key];
      if (member !== "enforce" && member !== "warn" && member !== "audit")
        return shapeFault(`${path}.modes.${key}`, 'expected "enforce" or "warn" or "audit"');
    }
  }
  return unknownKeysFault(value, ["names", "mode", "modes"], path);
}

function faultOfRecords(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("records", "expected an object");
  const { profile, sample, users, objects, redact } = value;
  if (profile !== undefined && profile !== "latency" && profile !== "compliance" && profile !== "off")
    return shapeFault("records.profile", 'expected "latency" or "compliance" or "off"');
  if (sample !== undefined && !Number.isFinite(sample)) return shapeFault("records.sample", "expected a number");
  if (users !== undefined && users !== "name" && users !== "hash" && users !== "none")
    return shapeFault("records.users", 'expected "name" or "hash" or "none"');
  if (objects !== undefined && objects !== "hash" && objects !== "redacted")
    return shapeFault("records.objects", 'expected "hash" or "redacted"');
  if (redact !== undefined) {
    const redactFault = faultOfRedact(redact);
    if (redactFault !== undefined) return redactFault;
  }
  return unknownKeysFault(value, ["profile", "sample", "users", "objects", "redact"], "records");
}

function faultOfRedact(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("records.redact", "expected an object");
  const { env, annotations } = value;
  if (env !== undefined) {
    if (!Array.isArray(env)) return shapeFault("records.redact.env", "expected an array");
    for (let index = 0; index < env.length; index += 1) {
      const element: unknown = env[index];
      if (typeof element !== "string") return shapeFault(`records.redact.env.${index}`, "expected a string");
    }
  }
  if (annotations !== undefined) {
    if (!Array.isArray(annotations)) return shapeFault("records.redact.annotations", "expected an array");
    for (let index = 0; index < annotations.length; index += 1) {
      const element: unknown = annotations[index];
      if (typeof element !== "string") return shapeFault(`records.redact.annotations.${index}`, "expected a string");
    }
  }
  return unknownKeysFault(value, ["env", "annotations"], "records.redact");
}
