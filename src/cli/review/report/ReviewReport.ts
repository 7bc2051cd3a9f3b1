import type { SkippedPath } from "../../manifests/findInputFiles.ts";
import type { InputFault } from "../../terminal/InputFault.ts";
import type { JudgedObject } from "../JudgedObject.ts";

/** Numbers of a review. */
export interface ReviewCounts {
  allowed: number;
  denied: number;
  /** Objects that would be denied only for faults that their owners are denied for. */
  covered: number;
  notJudged: number;
  /** Objects that a policy does not judge in their version. */
  otherVersion: number;
  /** Objects that a policy in mode `audit` would deny. */
  wouldBeDenied: number;
  /** Objects with a finding that an exception permits. */
  excepted: number;
  /** Objects with an exception that they do not need. */
  unneeded: number;
  unreadable: number;
}

/** How a review ended. */
export interface ReviewEnd {
  readonly counts: ReviewCounts;
  readonly skipped: readonly SkippedPath[];
  readonly exitCode: number;
}

/** Writes a review in one format: each object as it is judged, then the inputs that cannot be read, then the end. */
export interface ReviewReport {
  object(judged: JudgedObject): void;
  unreadable(fault: InputFault): void;
  end(end: ReviewEnd): void;
}
