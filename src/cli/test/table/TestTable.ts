import type { Review } from "../../../protocol/review/Review.ts";
import type { InputFault } from "../../terminal/InputFault.ts";
import type { MessagePattern } from "./messagePattern.ts";

/**
 * What a case expects of its policy:
 *
 * | expectation | meaning |
 * |---|---|
 * | `denied` | a denial |
 * | `warned` | a warning, and no denial |
 * | `allowed` | the policy was asked, and said and changed nothing |
 * | `changed` | a mutator changed the object |
 * | `unchanged` | a mutator was asked, and changed nothing |
 * | `not judged` | the match of the policy leaves the object out |
 */
export const EXPECTATIONS = ["allowed", "denied", "warned", "changed", "unchanged", "not judged"] as const;

/** One of {@link EXPECTATIONS}. */
export type Expectation = (typeof EXPECTATIONS)[number];

/** A JSON Patch as a table has it. A gate makes only `add`, `replace` and `remove`. */
export type ExpectedPatch = readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];

/** One case of a table, ready to be judged. */
export interface TestCase {
  readonly file: string;
  readonly line: number;
  /** In the list of its table. */
  readonly index: number;
  readonly name: string;
  readonly policy: string;
  /** Undefined: the policy is judged in mode `enforce`, without the settings of a cluster. */
  readonly cluster: string | undefined;
  /** The time of the stages and exceptions of the cluster, in milliseconds since 1970; undefined: now. */
  readonly at: number | undefined;
  readonly review: Review;
  readonly expect: Expectation;
  readonly message: MessagePattern | undefined;
  readonly patch: ExpectedPatch | undefined;
  /** The line of a field of the case; that of the case without the field. */
  readonly lineOf: (field: string) => number;
}

/** Something that keeps a table or a case from being judged. */
export interface TableFault extends InputFault {
  /** The name of the case; undefined for a fault of the table. */
  readonly test?: string | undefined;
}

/** A table of cases, as far as it can be read. */
export interface TestTable {
  readonly file: string;
  /** The path of its gate, as it is to be opened; undefined without `gate`. */
  readonly gate: string | undefined;
  /** The line of `gate`. */
  readonly gateLine: number;
  readonly cases: readonly TestCase[];
  readonly faults: readonly TableFault[];
  /** Whether it has no field of a table: such a file is of another tool. */
  readonly isOther?: boolean;
  /** The files that it names, and that were read or should be there. */
  readonly inputs: readonly string[];
}
