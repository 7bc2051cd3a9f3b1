// Generated from admissionReviewSchema by infra/checks/checkModule.ts. `npm run build` refreshes it.
import type * as z from "zod/mini";
import { isJsonObject } from "../Json.ts";
import { isObject, isWithin, shapeFault } from "../shapeFault.ts";
import type { admissionReviewSchema } from "./admissionReviewSchema.ts";
import type { DecodeFault, DecodeResult } from "./DecodeResult.ts";

/** Checks a value as {@link admissionReviewSchema} does. Returns the value itself, or the fault of zod's first issue. */
export function checkAdmissionReview(value: unknown): DecodeResult<z.infer<typeof admissionReviewSchema>> {
  const fault = faultOf(value);
  // The schema's type describes a value without a fault. Tests compare this check with zod.
  return fault === undefined
    ? { ok: true, value: value as z.infer<typeof admissionReviewSchema> }
    : { ok: false, fault };
}

function faultOf(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("", "expected an object");
  const { apiVersion, kind, request } = value;
  if (apiVersion !== "admission.k8s.io/v1" && apiVersion !== "admission.k8s.io/v1beta1")
    return shapeFault("apiVersion", 'expected "admission.k8s.io/v1" or "admission.k8s.io/v1beta1"');
  if (kind !== "AdmissionReview") return shapeFault("kind", 'expected "AdmissionReview"');
  const requestFault = faultOfRequest(request);
  if (requestFault !== undefined) return requestFault;
  return undefined;
}

function faultOfRequest(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("request", "expected an object");
  const {
    uid,
    kind,
    resource,
    subResource,
    requestKind,
    requestResource,
    requestSubResource,
    name,
    namespace,
    operation,
    userInfo,
    dryRun,
    options,
  } = value;
  if (typeof uid !== "string") return shapeFault("request.uid", "expected a string");
  if (uid === "") return shapeFault("request.uid", "expected at least 1 character");
  if (!isWithin(uid, 1024)) return shapeFault("request.uid", "expected at most 1024 characters");
  const kindFault = faultOfKind(kind, "request.kind");
  if (kindFault !== undefined) return kindFault;
  const resourceFault = faultOfResource(resource, "request.resource");
  if (resourceFault !== undefined) return resourceFault;
  if (subResource !== undefined && subResource !== null) {
    if (typeof subResource !== "string") return shapeFault("request.subResource", "expected a string");
    if (!isWithin(subResource, 1024)) return shapeFault("request.subResource", "expected at most 1024 characters");
  }
  if (requestKind !== undefined && requestKind !== null) {
    const requestKindFault = faultOfKind(requestKind, "request.requestKind");
    if (requestKindFault !== undefined) return requestKindFault;
  }
  if (requestResource !== undefined && requestResource !== null) {
    const requestResourceFault = faultOfResource(requestResource, "request.requestResource");
    if (requestResourceFault !== undefined) return requestResourceFault;
  }
  if (requestSubResource !== undefined && requestSubResource !== null) {
    if (typeof requestSubResource !== "string") return shapeFault("request.requestSubResource", "expected a string");
    if (!isWithin(requestSubResource, 1024))
      return shapeFault("request.requestSubResource", "expected at most 1024 characters");
  }
  if (name !== undefined && name !== null && typeof name !== "string")
    return shapeFault("request.name", "expected a string");
  if (namespace !== undefined && namespace !== null && typeof namespace !== "string")
    return shapeFault("request.namespace", "expected a string");
  if (operation !== "CREATE" && operation !== "UPDATE" && operation !== "DELETE" && operation !== "CONNECT")
    return shapeFault("request.operation", 'expected "CREATE" or "UPDATE" or "DELETE" or "CONNECT"');
  const userInfoFault = faultOfUserInfo(userInfo);
  if (userInfoFault !== undefined) return userInfoFault;
  if (dryRun !== undefined && dryRun !== null && typeof dryRun !== "boolean")
    return shapeFault("request.dryRun", "expected a boolean");
  if (options !== undefined && options !== null && !isObject(options))
    return shapeFault("request.options", "expected an object");
  return undefined;
}

function faultOfKind(value: unknown, path: string): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault(path, "expected an object");
  const { group, version, kind } = value;
  if (typeof group !== "string") return shapeFault(`${path}.group`, "expected a string");
  if (!isWithin(group, 1024)) return shapeFault(`${path}.group`, "expected at most 1024 characters");
  if (typeof version !== "string") return shapeFault(`${path}.version`, "expected a string");
  if (version === "") return shapeFault(`${path}.version`, "expected at least 1 character");
  if (!isWithin(version, 1024)) return shapeFault(`${path}.version`, "expected at most 1024 characters");
  if (typeof kind !== "string") return shapeFault(`${path}.kind`, "expected a string");
  if (kind === "") return shapeFault(`${path}.kind`, "expected at least 1 character");
  if (!isWithin(kind, 1024)) return shapeFault(`${path}.kind`, "expected at most 1024 characters");
  return undefined;
}

function faultOfResource(value: unknown, path: string): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault(path, "expected an object");
  const { group, version, resource } = value;
  if (typeof group !== "string") return shapeFault(`${path}.group`, "expected a string");
  if (!isWithin(group, 1024)) return shapeFault(`${path}.group`, "expected at most 1024 characters");
  if (typeof version !== "string") return shapeFault(`${path}.version`, "expected a string");
  if (version === "") return shapeFault(`${path}.version`, "expected at least 1 character");
  if (!isWithin(version, 1024)) return shapeFault(`${path}.version`, "expected at most 1024 characters");
  if (typeof resource !== "string") return shapeFault(`${path}.resource`, "expected a string");
  if (resource === "") return shapeFault(`${path}.resource`, "expected at least 1 character");
  if (!isWithin(resource, 1024)) return shapeFault(`${path}.resource`, "expected at most 1024 characters");
  return undefined;
}

function faultOfUserInfo(value: unknown): DecodeFault | undefined {
  if (!isObject(value)) return shapeFault("request.userInfo", "expected an object");
  const { username, uid, groups, extra } = value;
  if (username !== undefined && username !== null && typeof username !== "string")
    return shapeFault("request.userInfo.username", "expected a string");
  if (uid !== undefined && uid !== null && typeof uid !== "string")
    return shapeFault("request.userInfo.uid", "expected a string");
  if (groups !== undefined && groups !== null) {
    if (!Array.isArray(groups)) return shapeFault("request.userInfo.groups", "expected an array");
    for (let index = 0; index < groups.length; index += 1) {
      const element: unknown = groups[index];
      if (typeof element !== "string") return shapeFault(`request.userInfo.groups.${index}`, "expected a string");
    }
  }
  if (extra !== undefined && extra !== null) {
    if (!isJsonObject(extra)) return shapeFault("request.userInfo.extra", "expected a record");
    for (const key of Object.keys(extra)) {
      if (key === "__proto__") continue;
      const member = extra[key];
      if (member !== null) {
        if (!Array.isArray(member)) return shapeFault(`request.userInfo.extra.${key}`, "expected an array");
        for (let index = 0; index < member.length; index += 1) {
          const element: unknown = member[index];
          if (typeof element !== "string")
            return shapeFault(`request.userInfo.extra.${key}.${index}`, "expected a string");
        }
      }
    }
  }
  return undefined;
}
