import { changeText } from "../../../../src/cli/review/against/changeText.ts";
import { compareGates } from "../../../../src/cli/review/against/compareGates.ts";
import { openSide } from "../../../../src/cli/review/against/openSide.ts";
import { defineGate, type GateDefinition } from "../../../../src/gate/config/defineGate.ts";
import type { StageDefinition } from "../../../../src/gate/config/Stage.ts";
import { deny } from "../../../../src/policy/define/Finding.ts";
import type { ExceptionDefinition } from "../../../../src/policy/define/PolicyException.ts";
import { policy } from "../../../../src/policy/define/policy.ts";

export const NOW = Date.UTC(2027, 0, 1);
const output = { write: () => true };
const TERMINAL = { stdout: output, stderr: output, stdin: process.stdin, env: {} };
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Definition = Parameters<typeof policy>[0];

/** A policy that denies Pods. */
export function podsPolicy(name: string, given: Partial<Definition> = {}) {
  const validator = { reportsEachFault: true, validate: () => deny("no") };
  return policy({ name, match: { resources: ["pods"] }, ...(given.mutate === undefined && validator), ...given });
}

/** A gate with the policies `a` and `b` and the clusters `live` and `test`, and what is given. */
export function gate(given: Partial<GateDefinition> = {}): GateDefinition {
  return {
    policies: [podsPolicy("a"), podsPolicy("b")],
    clusters: { live: { identity: "none" }, test: { identity: "none" } },
    ...given,
  };
}

export function stage(
  mode: StageDefinition["mode"],
  since: string,
  rest: Partial<StageDefinition> = {},
): StageDefinition {
  return { policies: ["a"], mode, since, ...rest };
}

export function exception(rest: Partial<ExceptionDefinition> = {}): ExceptionDefinition {
  return { policy: "a", namespaces: ["legacy"], until: "2027-06-01", reason: "rebuilt", owner: "shop", ...rest };
}

/** What `postern review --against` says of two gates, a line each, without the breaks at 80 columns. */
export async function changesBetween(
  before: GateDefinition,
  after: GateDefinition,
  cluster?: string,
): Promise<string[]> {
  const [old, now] = [
    await openSide(defineGate(before), cluster, quiet),
    await openSide(defineGate(after), cluster, quiet),
  ];
  return compareGates(old, now, NOW, true).map((change) =>
    changeText(TERMINAL, output, change).replaceAll(/\s+/g, " ").trim(),
  );
}
