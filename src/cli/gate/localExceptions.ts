import type { Excepting } from "../../policy/define/ClusterSettings.ts";
import { describeException, exceptionState } from "../../policy/define/PolicyException.ts";
import { annotationKey } from "../../policy/run/annotationKey.ts";
import type { Verdict } from "../../protocol/review/Verdict.ts";

/** An exception of the gate that is for an object. */
export interface LocalException {
  readonly policy: string;
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
  /** `ending`: it is needed, and ends within 14 days. `unneeded`: the policy denies nothing that it is about. */
  readonly state: "valid" | "ending" | "unneeded";
}

/** The exceptions that verdicts on a review name, once each. `excepting` are those that were asked. */
export function localExceptions(verdicts: readonly Verdict[], excepting: Excepting | undefined): LocalException[] {
  if (excepting === undefined) return [];
  const { exceptions, now } = excepting;
  const texts = exceptions.map((exception) => ({ exception, text: describeException(exception) }));
  const found = new Map<string, LocalException>();
  const add = (policy: string, said: string | undefined, isNeeded: boolean): void => {
    if (said === undefined) return;
    // An annotation of a mutator and one of a validator of the same policy are joined.
    const meant = texts.find(({ exception, text }) => exception.policy === policy && said.startsWith(text));
    const key = `${policy} ${meant?.text}`;
    if (meant === undefined || (found.has(key) && !isNeeded)) return;
    const { until, owner, reason } = meant.exception;
    const state = exceptionState(meant.exception, now) === "ending" ? "ending" : "valid";
    found.set(key, { policy, until, owner, reason, state: isNeeded ? state : "unneeded" });
  };
  // A mutator that an exception holds back names it also where it would change nothing.
  for (const { policies } of verdicts)
    for (const { policy, exception, findings } of policies)
      if (findings.some(({ effect }) => effect === "excepted" || effect === "would-patch"))
        add(policy, exception, true);
  for (const { policies, auditAnnotations } of verdicts)
    for (const { policy } of policies)
      add(policy, auditAnnotations[annotationKey(policy, "exception-unneeded")], false);
  return [...found.values()];
}
