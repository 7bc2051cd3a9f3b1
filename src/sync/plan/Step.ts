import type { AnnouncementFaultCode } from "../../announcement/readAnnouncement.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Hook } from "../target/Hook.ts";
import type { CallPurpose, SyncTarget } from "../target/SyncTarget.ts";
import type { TargetState } from "../target/TargetState.ts";

/** Why something is left as it is. */
export type FindingCode =
  | "no-targets"
  | "no-canary"
  | "obstacle"
  | "not-the-gates"
  | "changed-in-between"
  | "fight"
  | "unreachable"
  | "unanchored"
  | "refused-chain"
  | "canary-failed"
  | "canary-unknown"
  | "cannot-roll-back"
  | "glass-broken"
  | "address-silent"
  | "clock"
  | AnnouncementFaultCode
  | "announcement-unavailable"
  | "announcement-replayed"
  | "unknown-root"
  | "provider-failed";

/** Something that somebody has to know, and mostly to do something about. */
export interface Finding {
  readonly code: FindingCode;
  /** A target, an endpoint, or empty for all. */
  readonly about: string;
  readonly message: string;
}

/** A whole write of what the sync owns of a target. */
export interface TargetWrite {
  readonly target: SyncTarget;
  readonly hooks: readonly Hook[];
  readonly state: TargetState;
}

/** What is to be done next: one write at most, after which everything is looked at anew. */
export type Step =
  /** Bundle and URL are written to a canary registration, and a self-test is sent through it. */
  | {
      readonly kind: "try-canary";
      readonly purpose: CallPurpose;
      readonly roots: readonly Certificate[];
      readonly base: string;
      /** Where it is about whether the gate can be called at all by what is in force. */
      readonly glass?: "break" | "mend";
      readonly reason: string;
    }
  /** Roots are added, the URL is changed, or roots that have been unused are taken away. Each is confirmed afterwards. */
  | { readonly kind: "widen" | "switch-url" | "narrow"; readonly write: TargetWrite; readonly reason: string }
  /** Annotations alone: what was written carries. */
  | { readonly kind: "confirm"; readonly write: TargetWrite; readonly reason: string }
  /** Annotations alone: a root was seen, or was not seen any more. */
  | { readonly kind: "remember"; readonly write: TargetWrite; readonly reason: string }
  /** Marked webhooks are let be ignored, or not any more: failurePolicy, and an annotation that says so. */
  | { readonly kind: "break-glass" | "mend-glass"; readonly write: TargetWrite; readonly reason: string }
  /** What was there before is written back. */
  | { readonly kind: "rollback"; readonly write: TargetWrite; readonly reason: string }
  /** Nothing before this time: roots that are not asked for have not been unused for long enough. */
  | { readonly kind: "soak"; readonly until: number; readonly notes: readonly string[] }
  /** Nothing at all is written in this run. */
  | { readonly kind: "refuse"; readonly finding: Finding }
  /** There is nothing more that can be done. */
  | { readonly kind: "report"; readonly findings: readonly Finding[] }
  | { readonly kind: "nothing-to-do"; readonly notes: readonly string[] };

/** A step that ends a run. */
export type LastStep = Extract<Step, { readonly kind: "soak" | "refuse" | "report" | "nothing-to-do" }>;

/** Whether a run is over with a step. */
export function isLast(step: Step): step is LastStep {
  return step.kind === "soak" || step.kind === "refuse" || step.kind === "report" || step.kind === "nothing-to-do";
}
