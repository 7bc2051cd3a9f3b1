import type { FailurePolicy } from "../../registration/render/EntryOptions.ts";
/** What is in step, or is not: one webhook of a configuration, or the conversion of a CRD, whose name is empty. */
export interface Hook {
  readonly name: string;
  readonly url: string;
  /** `caBundle`, decoded; empty where there is none. */
  readonly bundle: string;
  /** Of a webhook; a conversion has none. */
  readonly failurePolicy?: FailurePolicy;
  /** Whether its registration marks it as one that may be ignored while nothing can call the gate. */
  readonly mayIgnore?: boolean;
}
