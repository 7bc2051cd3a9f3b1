import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Verdict } from "../../protocol/review/Verdict.ts";
import type { ClusterSettings } from "../define/ClusterSettings.ts";
import { type Denial, deny, type Finding, warn } from "../define/Finding.ts";
import type { Policy } from "../define/policy.ts";
import { annotationKey, boundedValue } from "./annotationKey.ts";
import type { Outcome } from "./Outcome.ts";

/** Longer messages are cut: kubectl prints the message as one line, and answers should be small. */
const MAX_MESSAGE_LENGTH = 8192;

type WithheldOutcome = Extract<Outcome, { readonly result: "withheld" }>;

/** The parts of a verdict while the outcomes are read. */
interface Notes {
  readonly denials: (Denial & { readonly policy: string })[];
  readonly warnings: string[];
  readonly annotations: Map<string, string>;
}

/**
 * Combines the outcomes of all policies into one verdict. Only policies in mode `enforce` deny. A denial has the code and
 * the reason of the first policy that denied, and the messages of all.
 */
export function verdictOf(
  outcomes: readonly Outcome[],
  review: Review,
  settings: ClusterSettings,
  patch: readonly PatchOperation[] = [],
): Verdict {
  const notes: Notes = { denials: [], warnings: [], annotations: new Map() };
  for (const outcome of outcomes) {
    for (const finding of findingsIn(outcome)) addFinding(notes, outcome.policy, settings, finding);
    if (outcome.result === "withheld" && outcome.patch.length > 0) addWithheld(notes, outcome, settings, review);
  }
  const { denials, warnings } = notes;
  const [first] = denials;
  if (first !== undefined)
    notes.annotations.set("denied-by", boundedValue([...new Set(denials.map(({ policy }) => policy))].join(",")));
  const auditAnnotations = Object.fromEntries(notes.annotations);
  if (first === undefined) return { allowed: true, patch, warnings, auditAnnotations };
  const message = readable([...new Set(denials.map((denial) => denial.message))].join("; "));
  return { allowed: false, message, code: first.code, reason: first.reason, warnings, auditAnnotations };
}

function findingsIn(outcome: Outcome): readonly Finding[] {
  const { policy } = outcome;
  switch (outcome.result) {
    case "findings":
    case "withheld":
      return outcome.findings;
    case "failed":
      return [deny(`policy ${policy.name} failed; the gate's log has the error`, { code: 500 })];
    case "missed-deadline": {
      const message = `policy ${policy.name} missed the deadline`;
      if (policy.onDeadline === "deny") return [deny(message, { code: 504 })];
      return [
        policy.onDeadline === "warn" ? warn(message) : { finding: "annotate", key: "missed-deadline", value: message },
      ];
    }
  }
}

function addFinding(notes: Notes, policy: Policy, settings: ClusterSettings, finding: Finding): void {
  const mode = settings.modeOf(policy.name);
  if (finding.finding === "annotate") addAnnotation(notes, policy, finding.key, finding.value);
  else if (mode === "audit")
    addAnnotation(notes, policy, finding.finding === "deny" ? "would-deny" : "would-warn", finding.message);
  else if (mode === "warn" || finding.finding === "warn") notes.warnings.push(`${policy.name}: ${finding.message}`);
  else notes.denials.push({ ...finding, policy: policy.name });
}

/** Reports a patch that is not applied. Omits the values of a Secret, because the report goes to an audit log. */
function addWithheld(notes: Notes, outcome: WithheldOutcome, settings: ClusterSettings, review: Review): void {
  const { policy, patch } = outcome;
  const where = patch.map(({ op, path }) => `${op} ${path}`).join(", ");
  const isSecret = review.resource.group === "" && review.resource.resource === "secrets";
  addAnnotation(notes, policy, "would-patch", isSecret ? where : JSON.stringify(patch));
  if (settings.modeOf(policy.name) === "warn") notes.warnings.push(`${policy.name}: would patch: ${where}`);
}

function addAnnotation({ annotations }: Notes, policy: Policy, key: string, value: string): void {
  const full = annotationKey(policy.name, key);
  const before = annotations.get(full);
  annotations.set(full, boundedValue(before === undefined ? value : `${before}; ${value}`));
}

/** Replaces control characters: messages may contain parts of the object, and a terminal must not execute them. */
function readable(message: string): string {
  const plain = message.replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
  return plain.length <= MAX_MESSAGE_LENGTH
    ? plain
    : `${plain.slice(0, MAX_MESSAGE_LENGTH).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
