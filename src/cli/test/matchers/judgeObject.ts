import type { Policy } from "../../../policy/define/policy.ts";
import { isJsonObject, type JsonObject } from "../../../protocol/Json.ts";
import { decodeAdmissionReview } from "../../../protocol/review/decodeAdmissionReview.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import { objectFault } from "../../manifests/objectFault.ts";
import { type ManifestOperation, reviewOfManifest } from "../../manifests/reviewOfManifest.ts";
import { aloneSettings } from "../judge/aloneSettings.ts";
import { type Judgement, PolicyJudge } from "../judge/PolicyJudge.ts";

/** What comes in with an object. A captured AdmissionReview has all of it but the parameters. */
export interface ObjectRequest {
  /** The object before an UPDATE. */
  readonly old?: object;
  /** Default: `UPDATE` with `old`, else `CREATE`. */
  readonly operation?: ManifestOperation;
  /** Of a namespaced object that names none. Default: `default`. */
  readonly namespace?: string;
  readonly user?: { readonly username: string; readonly groups?: readonly string[] };
  /** The parameters of the policy, as a cluster has them. */
  readonly params?: unknown;
}

/** An object as one policy judges it. Throws `TypeError` for what is no policy, no object, or no parameters of the policy. */
export async function judgeObject(
  received: unknown,
  object: object,
  request: ObjectRequest,
): Promise<{ readonly policy: Policy; readonly judgement: Judgement }> {
  if (!isPolicy(received)) throw new TypeError("expect() got something else than a policy; make it with policy({...})");
  const settings = aloneSettings(received, request.params);
  if (typeof settings === "string") throw new TypeError(`params of ${received.name}: ${settings}`);
  const judge = new PolicyJudge(received, [], Date.now);
  return { policy: received, judgement: await judge.judge(reviewOf(object, request), settings) };
}

function isPolicy(value: unknown): value is Policy {
  if (typeof value !== "object" || value === null || !("name" in value) || !("match" in value)) return false;
  return typeof value.name === "string" && ("validate" in value || "mutate" in value);
}

function reviewOf(object: object, { old, operation, namespace, user }: ObjectRequest): Review {
  if (Reflect.get(object, "kind") === "AdmissionReview") {
    const decoded = decodeAdmissionReview(structuredClone(object));
    if (!decoded.ok) throw new TypeError(`the AdmissionReview: ${decoded.fault.path}: ${decoded.fault.expected}`);
    return decoded.value;
  }
  const asked = operation ?? (old === undefined ? "CREATE" : "UPDATE");
  if (old !== undefined && asked !== "UPDATE") throw new TypeError(`a ${asked} has no old object; leave out old`);
  const review = manifestReview("the object", object, asked, namespace);
  const by = user === undefined ? {} : { user: { uid: "", extra: {}, groups: ["system:authenticated"], ...user } };
  const before = old === undefined ? {} : { oldObject: manifestReview("old", old, "CREATE", namespace).object };
  return { ...review, ...by, ...before };
}

function manifestReview(what: string, object: object, operation: ManifestOperation, namespace?: string): Review {
  const copy: unknown = structuredClone(object);
  const fault = objectFault(copy, true);
  const place = [what, ...(fault?.keys ?? [])].join(".");
  if (fault !== undefined) throw new TypeError(`${place} ${fault.message}`);
  const review = isJsonObject(copy)
    ? reviewOfManifest(withoutAbsent(copy), { operation, namespace }, "matcher")
    : undefined;
  if (review === undefined) throw new TypeError(`${what}.metadata is no object`);
  return review;
}

/** An object without members that are undefined: JSON has none. */
function withoutAbsent(object: JsonObject): JsonObject {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isJsonObject(value)) return value;
    return withoutAbsent(value);
  };
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, plain(value)] as const])),
  );
}
