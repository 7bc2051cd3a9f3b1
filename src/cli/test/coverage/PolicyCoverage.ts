/** What the cases of a run cover of one policy. */
export interface PolicyCoverage {
  readonly policy: string;
  /** The cases that reached it. */
  readonly cases: number;
  /** Whether one of them was denied, warned about, or changed. */
  readonly hasFault: boolean;
  /** Whether one of them was allowed, or stayed unchanged. */
  readonly hasPass: boolean;
  /** The parts of its match that no case touches, such as `operation UPDATE`. */
  readonly untouched: readonly string[];
  /** The validations that found no fault in any case, such as `containers[].securityContext.privileged`. */
  readonly silent: readonly string[];
}
