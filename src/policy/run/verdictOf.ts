import { writeJson } from "../../protocol/json/writeJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { FindingEffect, PolicyFinding, PolicyVerdict, Verdict } from "../../protocol/review/Verdict.ts";
import type { ClusterSettings } from "../define/ClusterSettings.ts";
import { type Denial, deny, type Finding, warn } from "../define/Finding.ts";
import type { Mode } from "../define/Mode.ts";
import { describeException, exceptionState, type PolicyException } from "../define/PolicyException.ts";
import type { Policy } from "../define/policy.ts";
import type { ExceptedFindings } from "../exceptions/exceptedFindings.ts";
import { isSecret } from "../report/isSecret.ts";
import { annotationKey, boundedValue } from "./annotationKey.ts";
import type { Outcome } from "./Outcome.ts";

/** Longer messages are cut: kubectl prints the message as one line, and answers should be small. */
const MAX_MESSAGE_LENGTH = 8192;

type WithheldOutcome = Extract<Outcome, { readonly result: "withheld" }>;

/** What {@link verdictOf} needs besides the outcomes. */
export interface VerdictInput {
  readonly review: Review;
  readonly settings: ClusterSettings;
  /** Default: no patch. */
  readonly patch?: readonly PatchOperation[];
  /** The denials of what the object had before the request. Default: none. */
  readonly existing?: ReadonlySet<Finding>;
  /** What exceptions permit. Default: nothing. */
  readonly exceptions?: ExceptedFindings | undefined;
}

/** The parts of a verdict while the outcomes are read. */
interface Notes extends VerdictInput {
  readonly policies: PolicyVerdict[];
  readonly denials: (Pick<Denial, "message" | "code" | "reason"> & { readonly policy: string })[];
  readonly warnings: string[];
  readonly annotations: Map<string, string>;
}

const NO_POLICIES: readonly PolicyVerdict[] = [];

/**
 * Combines the outcomes of all policies into one verdict. Only policies in mode `enforce` deny. A denial has the code and
 * the reason of the first policy that denied, and a line for each denial.
 */
export function verdictOf(outcomes: readonly Outcome[], input: VerdictInput): Verdict {
  const { patch = [] } = input;
  if (outcomes.length === 0) return { allowed: true, patch, policies: NO_POLICIES, warnings: [], auditAnnotations: {} };
  const notes: Notes = { ...input, policies: [], denials: [], warnings: [], annotations: new Map() };
  for (const outcome of outcomes) addOutcome(notes, outcome);
  const { denials, warnings, policies } = notes;
  const [first] = denials;
  if (first !== undefined) notes.annotations.set("denied-by", boundedValue(policiesOf(denials).join(",")));
  const auditAnnotations = Object.fromEntries(notes.annotations);
  if (first === undefined) return { allowed: true, patch, policies, warnings, auditAnnotations };
  const message = boundedValue(withoutControls(linesOf(denials)), MAX_MESSAGE_LENGTH);
  return { allowed: false, message, code: first.code, reason: first.reason, policies, warnings, auditAnnotations };
}

/** The policies that denied, each once. */
function policiesOf(denials: Notes["denials"]): string[] {
  return denials.map(({ policy }) => policy).filter((policy, index, all) => policy !== all[index - 1]);
}

/** To compare with so many texts costs less than to hash all of them. */
const FEW = 32;

/** A line for each denial, and one for those of a policy that say the same. The denials of a policy stand together. */
function linesOf(denials: Notes["denials"]): string {
  const lines: string[] = [];
  let said: string[] | Set<string> = [];
  let last: string | undefined;
  for (const { policy, message } of denials) {
    if (policy !== last) said = [];
    last = policy;
    if (Array.isArray(said) ? said.includes(message) : said.has(message)) continue;
    if (!Array.isArray(said)) said.add(message);
    else if (said.push(message) > FEW) said = new Set(said);
    // Further lines of a message are indented, so that they are not read as the denial of another policy.
    lines.push(`${policy}: ${message.includes("\n") ? message.replaceAll("\n", "\n  ") : message}`);
  }
  return lines.join("\n");
}

function addOutcome(notes: Notes, outcome: Outcome): void {
  const { policy } = outcome;
  const mode = notes.settings.modeOf(policy.name);
  const findings: PolicyFinding[] = [];
  for (const finding of findingsIn(outcome, notes.review)) {
    const effect = addFinding(notes, outcome, mode, finding);
    if (effect !== undefined && finding.finding !== "annotate") {
      const { message, at } = finding;
      findings.push(at === undefined ? { effect, message } : { effect, message, at });
    }
  }
  if (outcome.result === "withheld" && outcome.patch.length > 0)
    findings.push({ effect: "would-patch", message: addWithheld(notes, outcome, mode) });
  const unneeded = notes.exceptions?.unneeded.get(policy.name);
  if (unneeded !== undefined) {
    const key = annotationKey(policy.name, "exception-unneeded");
    if (!notes.annotations.has(key)) addAnnotation(notes, policy, "exception-unneeded", describeException(unneeded));
  }
  const result = outcome.result === "findings" || outcome.result === "withheld" ? "judged" : outcome.result;
  const { name, version } = policy;
  const told = { mode, result, ...exceptionOf(outcome, notes), findings } as const;
  notes.policies.push(version === undefined ? { policy: name, ...told } : { policy: name, version, ...told });
}

const NO_EXCEPTION = {};

/** The exception of a policy whose denials are permitted, or of a mutator whose patch is not applied. */
function exceptionOf(outcome: Outcome, notes: Notes): Pick<PolicyVerdict, "exception" | "exceptionState"> {
  const { excepting } = notes.settings;
  if (excepting === undefined || !("findings" in outcome)) return NO_EXCEPTION;
  const [first] = outcome.findings.flatMap((finding) => permitting(notes, outcome, finding) ?? []);
  const exception = first ?? (outcome.result === "withheld" ? outcome.exception : undefined);
  if (exception === undefined) return NO_EXCEPTION;
  const isEnding = exceptionState(exception, excepting.now) === "ending";
  return { exception: describeException(exception), exceptionState: isEnding ? "ending" : "valid" };
}

function findingsIn(outcome: Outcome, { resource }: Review): readonly Finding[] {
  const { policy } = outcome;
  switch (outcome.result) {
    case "findings":
    case "withheld":
      return outcome.findings;
    case "failed":
      return [deny("the policy failed; the gate's log has the error", { code: 500 })];
    case "other-version": {
      const came = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
      const message = `the policy judges ${resource.resource} in ${outcome.versions.join(" or ")}, and the request came as ${came}; render the registration again and apply it`;
      return [deny(message, { code: 500 })];
    }
    case "missed-deadline": {
      const message = "the policy missed the deadline";
      if (policy.onDeadline === "deny") return [deny(message, { code: 504 })];
      return [
        policy.onDeadline === "warn" ? warn(message) : { finding: "annotate", key: "missed-deadline", value: message },
      ];
    }
  }
}

/** The exception that permits a finding. That of a mutator is for each of its denials. */
function permitting({ exceptions }: Notes, outcome: Outcome, finding: Finding): PolicyException | undefined {
  if (finding.finding !== "deny") return undefined;
  return outcome.result === "withheld" ? outcome.exception : exceptions?.excepted.get(finding);
}

/** Notes a finding, and returns its effect; undefined for an annotation. */
function addFinding(notes: Notes, outcome: Outcome, mode: Mode, finding: Finding): FindingEffect | undefined {
  const { policy } = outcome;
  if (finding.finding === "annotate") {
    addAnnotation(notes, policy, finding.key, finding.value);
    return undefined;
  }
  const { message } = finding;
  const exception = permitting(notes, outcome, finding);
  if (exception !== undefined) {
    addExcepted(notes, policy, exception, message);
    return "excepted";
  }
  if (mode === "audit") {
    const effect = finding.finding === "deny" ? "would-deny" : "would-warn";
    addAnnotation(notes, policy, effect, message);
    return effect;
  }
  if (mode === "warn" || finding.finding === "warn") {
    notes.warnings.push(`${policy.name}: ${message}`);
    return "warn";
  }
  if (notes.existing?.has(finding) === true) {
    const reason = notes.review.operation === "UPDATE" ? "the object had this before" : "this Pod runs already";
    // The reason comes first: the API server cuts long warnings.
    notes.warnings.push(`${policy.name}: not denied, because ${reason}: ${message}`);
    addAnnotation(notes, policy, "existing", message);
    return "existing";
  }
  notes.denials.push({ policy: policy.name, message, code: finding.code, reason: finding.reason });
  return "deny";
}

/**
 * Notes that a denial is excepted. While the exception is about to end, its client is warned, whatever the mode: from then on
 * the object may be denied or changed.
 */
function addExcepted(notes: Notes, policy: Policy, exception: PolicyException, message: string): void {
  addAnnotation(notes, policy, "excepted", `${describeException(exception)}: ${message}`);
  warnOfEnd(notes, policy, exception, message);
}

function warnOfEnd({ settings, warnings }: Notes, policy: Policy, exception: PolicyException, message: string): void {
  if (exceptionState(exception, settings.excepting?.now ?? 0) === "ending")
    warnings.push(`${policy.name}: ${describeException(exception)}: ${message}`);
}

/** Reports a patch that is not applied. Omits the values of a Secret, because the report goes to an audit log. Returns the places. */
function addWithheld(notes: Notes, outcome: WithheldOutcome, mode: Mode): string {
  const { policy, patch, exception } = outcome;
  const where = patch.map(({ op, path }) => `${op} ${path}`).join(", ");
  addAnnotation(notes, policy, "would-patch", isSecret(notes.review) ? where : writeJson(patch));
  if (exception !== undefined) warnOfEnd(notes, policy, exception, `would patch: ${where}`);
  else if (mode === "warn") notes.warnings.push(`${policy.name}: would patch: ${where}`);
  return where;
}

function addAnnotation({ annotations }: Notes, policy: Policy, key: string, value: string): void {
  const full = annotationKey(policy.name, key);
  const before = annotations.get(full);
  const shown = withoutControls(value);
  annotations.set(full, boundedValue(before === undefined ? shown : `${before}; ${shown}`));
}

/** The category Cc, without line feed and tab. Printable ASCII is passed over by one comparison: half the time of the ranges. */
const CONTROLS = /[^ -~](?<![\t\n\u00a0-\uffff])/g;

/** Replaces control characters: messages may contain parts of the object, and a terminal must not execute them. */
function withoutControls(text: string): string {
  return text.replace(CONTROLS, "\uFFFD");
}
