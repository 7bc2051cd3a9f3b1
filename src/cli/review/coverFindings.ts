import type { Policy } from "../../policy/define/policy.ts";
import { hasPodTemplate, podOfTemplate } from "../../policy/define/podTemplate.ts";
import { formatPath } from "../../policy/define/formatPath.ts";
import { findingSubject } from "../../policy/existing/findingSubject.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { PolicyFinding } from "../../protocol/review/Verdict.ts";
import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";
import type { CoveredPolicy, JudgedObject } from "./JudgedObject.ts";
import { seenTemplate } from "./seenTemplate.ts";

/** A review with the whole verdict on it. */
export interface OwnVerdict {
  readonly review: Review;
  readonly verdict: LocalVerdict;
}

/**
 * Leaves out of a verdict what the Pod templates of the object's owners are blamed for already. A policy is covered when
 * each of its findings is one of the same owner's template, as often, with the same effect, message and path. The paths
 * count from the Pod, with the names of list elements instead of their indices. `owners` begin with the nearest one. The
 * last of them that covers a policy is named: its findings are not covered themselves.
 */
export function coverFindings(
  own: OwnVerdict,
  owners: readonly OwnVerdict[],
  policies: readonly Policy[],
): Pick<JudgedObject, "verdict" | "covered"> {
  const covered: CoveredPolicy[] = [];
  if (owners.length > 0)
    for (const policy of policies) {
      const found = podFindings(own, policy);
      if (found === undefined || found.length === 0) continue;
      const by = owners.findLast((owner) => contains(podFindings(owner, policy), found));
      if (by !== undefined) covered.push({ policy: policy.name, by: by.review });
    }
  return { verdict: withoutPolicies(own.verdict, new Set(covered.map(({ policy }) => policy))), covered };
}

/** What a policy says of the Pod in an object, in a comparable form; undefined when it says something else. */
function podFindings({ review, verdict }: OwnVerdict, policy: Policy): readonly string[] | undefined {
  const said = verdict.policies.find((it) => it.policy === policy.name);
  const { object } = verdict;
  if (said?.result !== "judged" || object === null || review.subresource !== "") return undefined;
  // The change of a mutator is not a fault.
  if (said.findings.some(({ effect }) => effect === "would-patch")) return undefined;
  const template = seenTemplate(policy, review.resource);
  if (template === undefined || !hasPodTemplate(object, template)) return undefined;
  const pod = template.length === 0 ? object : podOfTemplate(object, template);
  const prefix = formatPath(template);
  return said.findings.map((finding) => {
    const { effect, message, at } = fromPod(finding, prefix);
    const place = at === undefined ? {} : { at };
    return `${effect} ${findingSubject({ finding: "deny", code: 0, reason: "", message, ...place }, pod).text}`;
  });
}

/** A finding with its paths from the Pod instead of the object that has it as a template. */
function fromPod(finding: PolicyFinding, prefix: string): PolicyFinding {
  if (prefix === "") return finding;
  const { message, at } = finding;
  const literal = prefix.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const path = new RegExp(`(?<![\\w.\\]"'/-])${literal}\\.(?=[A-Za-z_])`, "g");
  return {
    ...finding,
    message: message.replace(path, ""),
    ...(at === undefined ? {} : { at: at === prefix ? "" : at.replace(path, "") }),
  };
}

function contains(all: readonly string[] | undefined, some: readonly string[]): boolean {
  if (all === undefined) return false;
  const left = new Map<string, number>();
  for (const one of all) left.set(one, (left.get(one) ?? 0) + 1);
  return some.every((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count > 0;
  });
}

function withoutPolicies(verdict: LocalVerdict, names: ReadonlySet<string>): JudgedObject["verdict"] {
  if (names.size === 0) return verdict;
  const isOther = (line: string): boolean => !names.has(line.slice(0, Math.max(line.indexOf(": "), 0)));
  const denials = verdict.denials.filter(isOther);
  return {
    ...verdict,
    result: verdict.result === "denied" && denials.length === 0 ? "covered" : verdict.result,
    denials,
    warnings: verdict.warnings.filter(isOther),
    audit: verdict.audit.filter((line) => !line.startsWith("would-") || isOther(line.replace(/^\S+ /, ""))),
    policies: verdict.policies.map((policy) => (names.has(policy.policy) ? { ...policy, findings: [] } : policy)),
  };
}
