import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import type { CallPurpose } from "../target/SyncTarget.ts";
import type { TargetWrite } from "../target/TargetWrite.ts";

/** The next action of a run. It writes at most one object; everything is observed again afterwards. */
export type Step =
  /** Fetches a capability from the gate, which becomes that of the goal. Writes nothing. */
  | { readonly kind: "renew-capability"; readonly reason: string }
  /** Writes bundle and URL to a canary registration and sends a self-test through it. */
  | {
      readonly kind: "try-canary";
      readonly purpose: CallPurpose;
      readonly roots: readonly Certificate[];
      readonly base: string;
      /** The step that the result decides on, when the test asks whether the gate can be called with the values in force. */
      readonly decides?: "break-glass" | "restore";
      readonly reason: string;
    }
  /** Adds roots, changes the URL, or removes unused roots. Each is confirmed afterwards. */
  | { readonly kind: "widen" | "switch-url" | "narrow"; readonly write: TargetWrite; readonly reason: string }
  /** Writes only annotations: the last write is accepted. */
  | { readonly kind: "confirm"; readonly write: TargetWrite; readonly reason: string }
  /** Writes only annotations: a root came into use, or went out of use. */
  | { readonly kind: "remember"; readonly write: TargetWrite; readonly reason: string }
  /** Lets marked webhooks fail open, or restores fail closed: failurePolicy, and an annotation. */
  | { readonly kind: "break-glass" | "restore"; readonly write: TargetWrite; readonly reason: string }
  /** Writes the snapshot back. */
  | { readonly kind: "rollback"; readonly write: TargetWrite; readonly reason: string }
  /** Ends the run: roots that are not wanted have not been unused for the whole soak. */
  | { readonly kind: "soak"; readonly until: number; readonly notes: readonly string[] }
  /** Ends the run before any write. */
  | { readonly kind: "refuse"; readonly finding: Finding }
  /** Ends the run: the remaining findings prevent further steps. */
  | { readonly kind: "report"; readonly findings: readonly Finding[] }
  /** Ends the run: everything is in step. */
  | { readonly kind: "nothing-to-do"; readonly notes: readonly string[] };

/** A step that ends a run. */
export type LastStep = Extract<Step, { readonly kind: "soak" | "refuse" | "report" | "nothing-to-do" }>;

/** What one target needs: a step, or no step and the findings or notes to report. */
export type TargetStep = Step | { readonly findings: readonly Finding[] } | { readonly notes: readonly string[] };

/** Whether a step ends the run. */
export function isLast(step: Step): step is LastStep {
  return step.kind === "soak" || step.kind === "refuse" || step.kind === "report" || step.kind === "nothing-to-do";
}

/** The findings of the step that ended a run. Empty for a run that is in step. */
export function findingsOf(last: LastStep): readonly Finding[] {
  if (last.kind === "report") return last.findings;
  return last.kind === "refuse" ? [last.finding] : [];
}
