import { type Mode, modes } from "../../policy/define/Mode.ts";
import { namespaceMatcher } from "../../policy/match/namespaceMatcher.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { parseInstant } from "../../protocol/parseInstant.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { checkMembers, readKnown, readNamespaces } from "./readTexts.ts";

/** A mode of policies from a date on: `warn` first, then `enforce`. */
export interface StageDefinition {
  /** Names of policies. `*` stands for any characters. */
  readonly policies: readonly string[];
  /** Names of clusters. `*` stands for any characters. Default: all. */
  readonly clusters?: readonly string[];
  /** Names of namespaces, with `*` and `?`. Default: all, and objects without a namespace. */
  readonly namespaces?: readonly string[];
  readonly mode: Mode;
  /** When it begins: a date, which is its midnight in UTC, or a time with its zone. */
  readonly since: string;
}

/** A checked stage. */
export interface Stage {
  readonly mode: Mode;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly isOf: (cluster: string) => boolean;
  readonly isFor: (policy: string) => boolean;
  /** Whether it is for a namespace; undefined for all. */
  readonly isIn: ((namespace: string) => boolean) | undefined;
}

const MEMBERS = ["policies", "clusters", "namespaces", "mode", "since"];

/** The names that a gate has. `clusters` is undefined with a lookup. */
export interface GateNames {
  readonly policies: readonly string[];
  readonly clusters: readonly string[] | undefined;
}

/** Checks the stages of a gate. Throws {@link GateConfigError} with the path of the fault. */
export function readStages(value: unknown, names: GateNames): readonly Stage[] {
  if (!Array.isArray(value)) throw new GateConfigError("stages", "is not a list");
  return Object.freeze(value.map((stage: unknown, index) => readStage(`stages[${index}]`, stage, names)));
}

function readStage(path: string, stage: unknown, names: GateNames): Stage {
  if (!isJsonObject(stage)) throw new GateConfigError(path, "is not an object");
  checkMembers(path, stage, MEMBERS);
  const policies = readKnown(`${path}.policies`, stage.policies, names.policies, "policy");
  if (policies === undefined) throw new GateConfigError(`${path}.policies`, "is missing");
  const clusters = readKnown(`${path}.clusters`, stage.clusters, names.clusters, "cluster");
  const namespaces = readNamespaces(`${path}.namespaces`, stage.namespaces);
  const mode = modes.find((one) => one === stage.mode);
  if (mode === undefined) throw new GateConfigError(`${path}.mode`, `: expected ${modes.join(", ")}`);
  const sinceMs = parseInstant(stage.since);
  if (sinceMs === undefined)
    throw new GateConfigError(`${path}.since`, ": expected such as 2026-12-01 or 2026-12-01T09:00:00+01:00");
  return Object.freeze({
    mode,
    sinceMs,
    isOf: (cluster: string) => clusters === undefined || clusters.some((it) => matchesGlob(it, cluster)),
    isFor: (policy: string) => policies.some((it) => matchesGlob(it, policy)),
    isIn: namespaces === undefined ? undefined : namespaceMatcher({ include: namespaces }),
  });
}
