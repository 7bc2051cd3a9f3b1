import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Finding } from "../define/Finding.ts";
import type { PolicyException } from "../define/PolicyException.ts";
import type { Policy } from "../define/policy.ts";

/** The outcome of one policy for one review. */
export type Outcome =
  /** The policy returned. */
  | { readonly policy: Policy; readonly result: "findings"; readonly findings: readonly Finding[] }
  /** A mutator changed the object, but its mode is not `enforce`, or it is excepted: the patch is only reported. */
  | {
      readonly policy: Policy;
      readonly result: "withheld";
      readonly findings: readonly Finding[];
      /** As it may be reported: see `reportedPatch`. */
      readonly patch: readonly PatchOperation[];
      /** Permits the denials, and holds the patch back, in any mode. Only where there is one of them. */
      readonly exception?: PolicyException | undefined;
    }
  /** The policy threw, or returned something else than findings. The error is in the log. */
  | { readonly policy: Policy; readonly result: "failed" }
  /** The policy did not return before the deadline. */
  | { readonly policy: Policy; readonly result: "missed-deadline" }
  /** The review is in a version that the policy does not judge, so it did not run. `versions` are those it judges. */
  | { readonly policy: Policy; readonly result: "other-version"; readonly versions: readonly string[] };
