import type { Verdict } from "../../protocol/review/Verdict.ts";

/** Parts of the messages of the engine, and what they are here. */
const WORDS = [
  ["the policy failed; the gate's log has the error", "the policy failed; standard error has the error"],
  [", and the request came as ", ", and not in "],
  ["; render the registration again and apply it", "; review the object in a version that it judges"],
] as const;

/** A message of the gate in words for a review without a server, where there is no request, registration or log. */
export function localMessage(text: string): string {
  return WORDS.reduce((left, [there, here]) => left.replaceAll(there, here), text);
}

/** A verdict with other words in all of its texts. */
export function withMessages<Kind extends Verdict>(verdict: Kind, word: (text: string) => string): Kind {
  const { warnings, auditAnnotations, policies } = verdict;
  return {
    ...verdict,
    ...("message" in verdict ? { message: word(verdict.message) } : {}),
    warnings: warnings.map(word),
    auditAnnotations: Object.fromEntries(Object.entries(auditAnnotations).map(([key, text]) => [key, word(text)])),
    policies: policies.map((policy) => ({
      ...policy,
      findings: policy.findings.map((finding) => ({ ...finding, message: word(finding.message) })),
    })),
  };
}
