import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Finding } from "../define/Finding.ts";
import type { Policy } from "../define/policy.ts";

/** What came of running one policy on one review. */
export type Outcome =
  | { readonly policy: Policy; readonly result: "findings"; readonly findings: readonly Finding[] }
  /** A mutator's change that its mode keeps from being applied, for the report. */
  | {
      readonly policy: Policy;
      readonly result: "withheld";
      readonly findings: readonly Finding[];
      readonly patch: readonly PatchOperation[];
    }
  /** It threw, or returned what is no finding. The error is in the log. */
  | { readonly policy: Policy; readonly result: "failed" }
  | { readonly policy: Policy; readonly result: "missed-deadline" };
