import type { ExceptionDefinition, PolicyException } from "../../policy/define/PolicyException.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { readExceptions } from "./readExceptions.ts";
import { readStages, type StageDefinition } from "./Stage.ts";
import { StagesByPolicy } from "./StagesByPolicy.ts";

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
  readonly stagesOf: (cluster: string) => StagesByPolicy;
  /** The same list for clusters that have the same. */
  readonly exceptionsOf: (cluster: string) => readonly PolicyException[];
}

/** Checks stages and exceptions. `clusters` are the names of a table; undefined with a lookup. Throws `GateConfigError`. */
export function readStaging(
  { policies, stages = [], exceptions = [] }: StagingDefinition,
  clusters?: readonly string[],
): Staging {
  const names = { policies: policies.map(({ name }) => name), clusters };
  return {
    stagesOf: perCluster(readStages(stages, names), (own) => new StagesByPolicy(own)),
    exceptionsOf: perCluster(readExceptions(exceptions, policies, clusters), (own) =>
      Object.freeze(own.map(({ exception }) => exception)),
    ),
  };
}

/** More combinations than any gate needs. */
const MAX_COMBINATIONS = 4096;

/** What is made of the elements of a cluster: once for all clusters that have the same, as most of thousands have. */
function perCluster<T extends { readonly isOf: (cluster: string) => boolean }, Made>(
  all: readonly T[],
  make: (own: readonly T[]) => Made,
): (cluster: string) => Made {
  const known = new Map<string, Made>();
  return (cluster) => {
    const places = all.flatMap(({ isOf }, place) => (isOf(cluster) ? [place] : []));
    const key = places.join();
    const made = known.get(key) ?? make(places.flatMap((place) => all[place] ?? []));
    if (known.size >= MAX_COMBINATIONS) known.clear();
    known.set(key, made);
    return made;
  };
}
