import { defineGate, type Gate } from "../../gate/config/defineGate.ts";
import { GateError } from "../../gate/GateError.ts";
import type { GateRuntime } from "../../gate/GateRuntime.ts";
import { builtinPolicies, builtinsWithOptions } from "../../policies/builtinPolicies.ts";
import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import { projectGate } from "../gate/chosenGateFile.ts";
import { knownClusters } from "../gate/settingsForCluster.ts";
import { CliError } from "../terminal/CliError.ts";
import { closestName } from "../terminal/closestName.ts";

/** Options that choose a gate. */
export interface GateChoice {
  readonly gate?: string;
  readonly cluster?: string;
  readonly use: readonly string[];
}

/** The settings of a cluster of a gate; undefined when it has none. Throws {@link CliError} when a lookup fails. */
export async function findCluster({ clusters }: GateRuntime, name: string): Promise<ClusterSettings | undefined> {
  try {
    return await clusters.find(name);
  } catch (error) {
    // The log shows the reason.
    if (!(error instanceof GateError)) throw error;
    throw new CliError("bad-gate", `the gate could not look up the cluster ${JSON.stringify(name)}`, error);
  }
}

/** The gate of `--gate`, of `--use`, or of the project. Throws {@link CliError}. */
export async function chooseGate({ gate, use, cluster }: GateChoice): Promise<Gate> {
  if (use.length > 0) {
    if (cluster !== undefined && gate === undefined)
      throw new CliError("usage", "--cluster needs --gate: built-in policies of --use have no clusters");
    if (gate !== undefined)
      throw new CliError(
        "usage",
        "--use and --gate exclude each other; leave out --gate, or add the policies to the gate",
      );
    return defineGate({ policies: [...new Set(use)].map(builtinPolicy), clusters: { local: { identity: "none" } } });
  }
  // Loads the bundler.
  const { loadGate } = await import("../gate/loadGate.ts");
  if (gate !== undefined) return loadGate(gate);
  const found = projectGate();
  if (found === undefined)
    throw new CliError(
      "usage",
      `no policies: name a gate with --gate FILE, or built-in policies with --use NAME (${[...builtinPolicies.keys()].join(", ")})`,
    );
  return loadGate(found);
}

function builtinPolicy(name: string) {
  const make = builtinPolicies.get(name);
  if (make !== undefined) return make();
  if (builtinsWithOptions.includes(name))
    throw new CliError("usage", `--use ${name}: this policy needs options; add it to a gate file and use --gate`);
  const known = [...builtinPolicies.keys()];
  const meant = closestName(name, [...known, ...builtinsWithOptions]);
  const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  throw new CliError("usage", `--use ${name}: unknown built-in policy${hint}; postern explain lists them`);
}

/** The cluster of `--cluster`, or the only one of the gate. Throws {@link CliError} `usage`. */
export function chooseCluster(gate: Gate, name: string | undefined): string {
  if (name !== undefined) return name;
  const names = typeof gate.clusters === "function" ? [] : Object.keys(gate.clusters);
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  if (names.length === 0 && typeof gate.clusters !== "function")
    throw new CliError(
      "usage",
      'the gate has no clusters; add one to it: clusters: { production: { identity: "none" } }',
    );
  throw new CliError("usage", `name the cluster with --cluster NAME${knownClusters(gate)}`);
}
