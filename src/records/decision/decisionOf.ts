import type { JsonObject } from "../../protocol/Json.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Verdict } from "../../protocol/review/Verdict.ts";
import { canonicalJson } from "../canonicalJson.ts";
import { hexOf, sha256 } from "../sha256.ts";
import type { Decision } from "./decisionSchema.ts";
import type { RecordSettings } from "./RecordSettings.ts";
import { REDACTED, redactedObject } from "./redactedObject.ts";
import { cut, TextBudget } from "./TextBudget.ts";

/** Everything that a decision is made of. */
export interface DecidedReview {
  readonly cluster: string;
  readonly settings: RecordSettings;
  readonly identity: Decision["identity"];
  readonly purpose: "validate" | "mutate";
  readonly entry: string | undefined;
  readonly part: string | undefined;
  /** The body of the call, as far as it was read. */
  readonly body: string;
  /** Only the uid, for a review that was too large to be decoded. */
  readonly review: Review | Pick<Review, "uid">;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly gate: Decision["gate"];
  readonly traceId?: string | undefined;
  readonly certificateSerial?: string | undefined;
}

/** In bytes of JSON. A record stays below 64 KiB: an item of DynamoDB has at most 400 KB, and a batch has many records. */
const MAX = { name: 512, groups: 4096, message: 4096, warnings: 2048, policies: 16_384, object: 24_576 } as const;

/** The decision on a review. Texts over their limit are cut, and what is left out is counted. */
export async function decisionOf(decided: DecidedReview): Promise<Decision> {
  const { cluster, settings, identity, review, verdict, durationMs, gate, traceId, certificateSerial } = decided;
  return {
    apiVersion: "records.postern.dev/v1",
    kind: "Decision",
    cluster,
    identity,
    user: "user" in review ? await userOf(review, cluster, settings.users) : {},
    request: await requestOf(decided),
    verdict: await verdictOf(verdict, "operation" in review && isOfSecret(review)),
    durationMs,
    gate,
    ...(traceId === undefined ? {} : { traceId }),
    ...(certificateSerial === undefined ? {} : { certificateSerial }),
  };
}

function bounded(text: string): string {
  return cut(text, MAX.name) ?? "";
}

async function userOf({ user }: Review, cluster: string, users: RecordSettings["users"]): Promise<Decision["user"]> {
  if (users === "none") return {};
  const hashOf = async (name: string): Promise<string> => hexOf(await sha256(`${cluster}\0${name}`));
  const budget = new TextBudget(MAX.groups);
  const groups: string[] = [];
  for (const group of user.groups) {
    const kept = budget.take(users === "hash" ? await hashOf(group) : group);
    if (kept === undefined) break;
    groups.push(kept);
  }
  const omitted = user.groups.length - groups.length;
  return {
    ...(users === "hash" ? { nameHash: await hashOf(user.username) } : { name: bounded(user.username) }),
    ...(users === "hash" ? { groupHashes: groups.filter((it) => it.length === 64) } : { groups }),
    ...(omitted === 0 ? {} : { omittedGroups: omitted }),
  };
}

async function requestOf(decided: DecidedReview): Promise<Decision["request"]> {
  const { purpose, entry, part, body, review, settings } = decided;
  const path = [purpose, entry, part].filter((it) => it !== undefined).join("/");
  const call = {
    digest: hexOf(await sha256(`${path}\0${await digestedBody(body, review)}`)),
    purpose,
    ...named({ entry: entry && bounded(entry), part: part && bounded(part) }),
  };
  const uid = bounded(review.uid);
  if (!("operation" in review))
    return { uid, ...call, operation: "UNKNOWN", subresource: "", namespace: "", name: "", dryRun: false };
  const { kind, resource, object, oldObject } = review;
  return {
    uid,
    ...call,
    operation: review.operation,
    kind: { group: bounded(kind.group), version: bounded(kind.version), kind: bounded(kind.kind) },
    resource: {
      group: bounded(resource.group),
      version: bounded(resource.version),
      resource: bounded(resource.resource),
    },
    subresource: bounded(review.subresource),
    namespace: bounded(review.namespace),
    name: bounded(review.name),
    dryRun: review.dryRun,
    ...named({
      objectHash: await hashOf(hashedObject(object, review)),
      oldObjectHash: await hashOf(hashedObject(oldObject, review)),
    }),
    ...(settings.objects === "redacted" && object !== null ? recordedObject(object, review, settings) : {}),
  };
}

/** Values of a Secret can be guessed, so that a hash of them would tell them. */
function hashedObject(object: JsonObject | null, review: Review): JsonObject | null {
  return object === null || !isOfSecret(review)
    ? object
    : redactedObject(object, { env: [], annotations: ["*"] }, true);
}

/** What the digest of a call covers: its body. For a Secret, the hash of the review with objects as {@link hashedObject} has them. */
async function digestedBody(body: string, review: DecidedReview["review"]): Promise<string> {
  if (!("operation" in review) || !isOfSecret(review)) return body;
  const [object, oldObject] = [hashedObject(review.object, review), hashedObject(review.oldObject, review)];
  return (await hashOf({ ...review, object, oldObject })) ?? review.uid;
}

/** An operation of the patch of a Secret: a value that {@link hashedObject} leaves out is left out as well. */
function hashedOperation(operation: PatchOperation): object {
  const isKept = /^\/(?!(?:data|stringData|metadata\/annotations)(?:\/|$))(?!metadata$)./.test(operation.path);
  return isKept || !("value" in operation) ? operation : { ...operation, value: REDACTED };
}

function isOfSecret({ resource }: Review): boolean {
  return resource.group === "" && resource.resource === "secrets";
}

function recordedObject(
  object: JsonObject,
  review: Review,
  { redact }: RecordSettings,
): Pick<Decision["request"], "object" | "objectOmitted"> {
  const copy = redactedObject(object, redact, isOfSecret(review));
  const isTooLarge = new TextEncoder().encode(JSON.stringify(copy)).length > MAX.object;
  return isTooLarge ? { objectOmitted: "too-large" } : { object: copy };
}

async function verdictOf(verdict: Verdict, isOfASecret: boolean): Promise<Decision["verdict"]> {
  const { allowed, policies, warnings } = verdict;
  const [said, heard] = [new TextBudget(MAX.policies), new TextBudget(MAX.warnings)];
  const listed: Decision["verdict"]["policies"] = [];
  for (const { policy, version, mode, result, exception, findings } of spokenFirst(policies)) {
    const name = said.take(policy);
    if (name === undefined) break;
    const kept = takeAll(findings, ({ effect, message, at }) => {
      const text = said.take(message);
      if (text === undefined || at === undefined) return text === undefined ? undefined : { effect, message: text };
      const path = said.take(at);
      return path === undefined ? undefined : { effect, message: text, at: path };
    });
    const omitted = findings.length - kept.length;
    const permission = exception === undefined ? undefined : said.take(exception);
    listed.push({
      policy: name,
      ...(version === undefined ? {} : { version: bounded(version) }),
      mode,
      result,
      ...(permission === undefined ? {} : { exception: permission }),
      findings: kept,
      ...(omitted === 0 ? {} : { omittedFindings: omitted }),
    });
  }
  const omitted = policies.length - listed.length;
  return {
    allowed,
    ...(allowed
      ? named({
          patchHash:
            verdict.patch.length === 0
              ? undefined
              : await hashOf(isOfASecret ? verdict.patch.map(hashedOperation) : verdict.patch),
        })
      : { code: verdict.code, reason: bounded(verdict.reason), message: cut(verdict.message, MAX.message) ?? "" }),
    policies: listed,
    ...(omitted === 0 ? {} : { omittedPolicies: omitted }),
    warnings: takeAll(warnings, (warning) => heard.take(warning)),
  };
}

/** Those with a finding or a failure come first: the others are left out where there is no room. */
function spokenFirst(policies: Verdict["policies"]): Verdict["policies"] {
  const spoke = ({ result, findings }: Verdict["policies"][number]): boolean =>
    result !== "judged" || findings.length > 0;
  return [...policies.filter(spoke), ...policies.filter((policy) => !spoke(policy))];
}

/** The elements until the first that has no room. */
function takeAll<T, R>(elements: readonly T[], take: (element: T) => R | undefined): R[] {
  const taken: R[] = [];
  for (const element of elements) {
    const one = take(element);
    if (one === undefined) break;
    taken.push(one);
  }
  return taken;
}

/** The hash of a JSON value. Undefined for null, and for a value that is too deep to be written. */
async function hashOf(value: unknown): Promise<string | undefined> {
  if (value === null) return undefined;
  try {
    return hexOf(await sha256(canonicalJson(value)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Only the members that are defined. */
function named<T extends Readonly<Record<string, string | undefined>>>(members: T): { [K in keyof T]?: string } {
  const defined: { [K in keyof T]?: string } = {};
  for (const key of Object.keys(members) as (keyof T)[]) {
    const value = members[key];
    if (value !== undefined) defined[key] = value;
  }
  return defined;
}
