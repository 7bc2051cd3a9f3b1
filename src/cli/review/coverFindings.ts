import { formatPath } from "../../policy/define/formatPath.ts";
import { hasPodTemplate, podOfTemplate } from "../../policy/define/podTemplate.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { findingSubject } from "../../policy/existing/findingSubject.ts";
import { fitWarnings } from "../../protocol/review/fitWarnings.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { FindingEffect, PolicyFinding, PolicyVerdict } from "../../protocol/review/Verdict.ts";
import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";
import type { CoveredPolicy, JudgedObject, ReportedVerdict } from "./JudgedObject.ts";
import { seenTemplate } from "./seenTemplate.ts";

/** A review with the whole verdict on it. */
export interface OwnVerdict {
  readonly review: Review;
  readonly verdict: LocalVerdict;
}

/** The effects of a fault: `existing` and `would-patch` are of one request, or none. */
const COVERABLE: readonly FindingEffect[] = ["deny", "warn", "would-deny", "would-warn"];

/**
 * Leaves out of a verdict what the Pod templates of the object's owners are blamed for already. A finding is covered when
 * the template of one owner has it at least as often, from the same policy, with the same effect, message and path. The
 * paths count from the Pod, with the names of list elements instead of their indices, and the kind of the object is
 * `Pod` in messages. `owners` begin with the nearest one. The last of them that has the finding is named: there it is not
 * covered itself.
 */
export function coverFindings(
  own: OwnVerdict,
  owners: readonly OwnVerdict[],
  policies: readonly Policy[],
): Pick<JudgedObject, "verdict" | "covered"> {
  const covered: CoveredPolicy[] = [];
  const findings = new Set<PolicyFinding>();
  for (const policy of owners.length === 0 ? [] : policies) {
    const found = podFindings(own, policy);
    if (found.size === 0) continue;
    const templates = owners.map(({ review, verdict }) => ({
      by: review,
      has: podFindings({ review, verdict }, policy),
    }));
    const named = new Set<Review>();
    for (const [text, alike] of found) {
      const owner = templates.findLast(({ has }) => (has.get(text)?.length ?? 0) >= alike.length);
      if (owner === undefined) continue;
      named.add(owner.by);
      for (const finding of alike) findings.add(finding);
    }
    for (const by of named) covered.push({ policy: policy.name, by });
  }
  return { verdict: covered.length === 0 ? own.verdict : withoutFindings(own.verdict, findings), covered };
}

/** What a policy says of the Pod in an object, by a text that is comparable between a Pod and its template. */
function podFindings({ review, verdict }: OwnVerdict, policy: Policy): ReadonlyMap<string, readonly PolicyFinding[]> {
  const found = new Map<string, PolicyFinding[]>();
  const said = verdict.policies.find((it) => it.policy === policy.name);
  const { object } = verdict;
  if (said?.result !== "judged" || said.findings.length === 0 || object === null || review.subresource !== "")
    return found;
  const template = seenTemplate(policy, review.resource);
  if (template === undefined || !hasPodTemplate(object, template)) return found;
  const pod = template.length === 0 ? object : podOfTemplate(object, template);
  for (const finding of said.findings.filter(({ effect }) => COVERABLE.includes(effect))) {
    const { effect, message, at } =
      template.length === 0 ? finding : fromPod(finding, formatPath(template), review.kind.kind);
    const denial = {
      finding: "deny",
      code: 0,
      reason: "",
      message: withoutPlace(message, at),
      ...(at === undefined ? {} : { at }),
    } as const;
    const text = `${effect} ${findingSubject(denial, pod).text}`;
    const alike = found.get(text);
    if (alike === undefined) found.set(text, [finding]);
    else alike.push(finding);
  }
  return found;
}

/** A finding of a template in the words of one of a Pod. */
function fromPod({ effect, message, at }: PolicyFinding, prefix: string, kind: string): PolicyFinding {
  const path = new RegExp(`(?<![\\w.\\]"'/-])${literal(prefix)}\\.(?=[A-Za-z_])`, "g");
  const owner = new RegExp(`(?<![\\w.-])${literal(kind)}(?![\\w-])`, "g");
  return {
    effect,
    message: message.replace(path, "").replace(owner, "Pod"),
    ...(at === undefined ? {} : { at: at === prefix ? "" : at.replace(path, "") }),
  };
}

/** A message without ` at PATH` at its end, which some policies write only for templates. The path is compared anyway. */
function withoutPlace(message: string, at: string | undefined): string {
  const end = message.lastIndexOf(" at ");
  return end > 0 && at?.startsWith(message.slice(end + " at ".length)) === true ? message.slice(0, end) : message;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function withoutFindings(verdict: LocalVerdict, covered: ReadonlySet<PolicyFinding>): ReportedVerdict {
  const policies = verdict.policies.map((it) => ({ ...it, findings: it.findings.filter((one) => !covered.has(one)) }));
  const [before, after] = [linesOf(verdict.policies), linesOf(policies)];
  // Equal lines of several findings are one.
  const isLeft = (line: string): boolean => !before.has(line) || after.has(line);
  const denials = verdict.denials.filter((line) => isLeft(`deny ${line}`));
  return {
    ...verdict,
    result: verdict.result === "denied" && denials.length === 0 ? "covered" : verdict.result,
    denials,
    warnings: verdict.warnings.filter((line) => isLeft(`warn ${line}`)),
    audit: verdict.audit.filter(isLeft),
    policies,
  };
}

/** The lines that findings have in a verdict, after their effects. */
function linesOf(policies: readonly PolicyVerdict[]): ReadonlySet<string> {
  const lines = new Set<string>();
  for (const { policy, findings } of policies)
    for (const { effect, message } of findings) {
      const line = `${policy}: ${message}`;
      lines.add(`${effect} ${effect === "warn" ? (fitWarnings([line])[0] ?? line) : line}`);
    }
  return lines;
}
