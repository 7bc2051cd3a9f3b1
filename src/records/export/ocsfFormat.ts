import type { DecisionRecord } from "../decision/decisionSchema.ts";
import type { RecordFormat } from "./RecordFormat.ts";

/** The version of the Open Cybersecurity Schema Framework. From 1.4 on, every class may have the profile `security_control`. */
export const OCSF_VERSION = "1.5.0";

const CLASS_UID = 6003;

/** `activity_id` of API Activity, with its caption. */
const ACTIVITIES: Readonly<Record<DecisionRecord["decision"]["request"]["operation"], readonly [number, string]>> = {
  CREATE: [1, "Create"],
  UPDATE: [3, "Update"],
  DELETE: [4, "Delete"],
  CONNECT: [99, "Connect"],
  UNKNOWN: [0, "Unknown"],
};

/**
 * Events of the class API Activity (6003) of OCSF with the profile `security_control`, one JSON object on each line
 * (schema.ocsf.io/1.5.0/classes/api_activity). What the class has no attribute for is in `unmapped`.
 */
export const ocsfFormat: RecordFormat = { head: "", line: (record) => `${JSON.stringify(ocsfEvent(record))}\n` };

function ocsfEvent(record: DecisionRecord): object {
  const { seq, at, decision } = record;
  const { cluster, gate, traceId, request, verdict, durationMs } = decision;
  const { allowed, code, message } = verdict;
  const [activity_id, activity_name] = ACTIVITIES[request.operation];
  return {
    category_uid: 6,
    category_name: "Application Activity",
    class_uid: CLASS_UID,
    class_name: "API Activity",
    activity_id,
    activity_name,
    type_uid: CLASS_UID * 100 + activity_id,
    type_name: `API Activity: ${activity_name}`,
    time: Date.parse(at),
    duration: Math.round(durationMs),
    severity_id: allowed ? 1 : 2,
    severity: allowed ? "Informational" : "Low",
    status_id: allowed ? 1 : 2,
    status: allowed ? "Success" : "Failure",
    ...(code === undefined ? {} : { status_code: String(code) }),
    ...(message === undefined ? {} : { status_detail: message }),
    action_id: allowed ? 1 : 2,
    action: allowed ? "Allowed" : "Denied",
    disposition_id: allowed ? 1 : 2,
    disposition: allowed ? "Allowed" : "Blocked",
    message: `${allowed ? "allowed" : "denied"} ${request.operation} ${request.kind?.kind ?? ""} ${nameOf(record)}`,
    metadata: {
      version: OCSF_VERSION,
      profiles: ["security_control"],
      product: {
        name: "Postern",
        vendor_name: "Postern",
        ...(gate.version === undefined ? {} : { version: gate.version }),
      },
      uid: `${cluster}/${seq}`,
      sequence: seq,
      log_name: cluster,
      original_time: at,
      ...(traceId === undefined ? {} : { correlation_uid: traceId }),
    },
    actor: actorOf(record),
    api: {
      operation: request.operation.toLowerCase(),
      service: { name: "kube-apiserver" },
      request: { uid: request.uid },
      response: { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) },
      ...(request.resource === undefined ? {} : { version: request.resource.version }),
    },
    src_endpoint: { name: cluster, svc_name: "kube-apiserver" },
    resources: [resourceOf(record)],
    authorizations: verdict.policies.map(({ policy, version, result, findings }) => ({
      decision: findings[0]?.effect ?? (result === "judged" ? "allow" : result),
      policy: { name: policy, ...(version === undefined ? {} : { version }) },
    })),
    unmapped: unmapped(record),
  };
}

function nameOf({ decision: { request } }: DecisionRecord): string {
  return request.namespace === "" ? request.name : `${request.namespace}/${request.name}`;
}

/** An actor needs at least one attribute; where users are not recorded, it is the server that called the gate. */
function actorOf({ decision: { user } }: DecisionRecord): object {
  const { name, nameHash, groups, groupHashes } = user;
  if (name === undefined && nameHash === undefined) return { app_name: "kube-apiserver" };
  return {
    user: {
      ...(name === undefined ? { uid: nameHash } : { name }),
      groups: [...(groups ?? []).map((it) => ({ name: it })), ...(groupHashes ?? []).map((uid) => ({ uid }))],
    },
  };
}

function resourceOf({ decision: { request } }: DecisionRecord): object {
  const { kind, namespace, name } = request;
  return {
    name,
    ...(namespace === "" ? {} : { namespace }),
    ...(kind === undefined
      ? {}
      : { type: kind.kind, version: kind.group === "" ? kind.version : `${kind.group}/${kind.version}` }),
  };
}

function unmapped({ repeats, decision }: DecisionRecord): object {
  const { identity, request, verdict, gate, certificateSerial } = decision;
  const { purpose, entry, part, subresource, dryRun, digest, objectHash, oldObjectHash } = request;
  return {
    ...{ gate: gate.name, identity, purpose, entry, part, subresource, dryRun, digest, objectHash, oldObjectHash },
    ...{
      repeats,
      certificateSerial,
      patchHash: verdict.patchHash,
      warnings: verdict.warnings,
      policies: verdict.policies,
    },
  };
}
