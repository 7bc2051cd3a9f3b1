import type { ExceptionDefinition } from "../../policy/define/PolicyException.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { type GateException, readExceptions } from "./readExceptions.ts";
import { readStages, type Stage, type StageDefinition } from "./Stage.ts";

/** The stages and exceptions of a gate, as they are declared. */
export interface StagingDefinition {
  readonly policies: readonly Policy[];
  /** Default: none. */
  readonly stages?: readonly StageDefinition[];
  /** Default: none. */
  readonly exceptions?: readonly ExceptionDefinition[];
}

/** The stages and exceptions of a gate, checked. Made once for all clusters. */
export interface Staging {
  readonly stages: readonly Stage[];
  readonly exceptions: readonly GateException[];
}

/** Checks stages and exceptions. `clusters` are the names of a table; undefined with a lookup. Throws `GateConfigError`. */
export function readStaging(
  { policies, stages = [], exceptions = [] }: StagingDefinition,
  clusters?: readonly string[],
): Staging {
  return {
    stages: readStages(stages, { policies: policies.map(({ name }) => name), clusters }),
    exceptions: readExceptions(exceptions, policies, clusters),
  };
}
