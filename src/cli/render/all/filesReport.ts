import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import type { FilePlan, GoneFile } from "./planFiles.ts";

/** How a run treats what its plan says. */
export interface PlanUse {
  /** Nothing is written. */
  readonly check: boolean;
  /** Files of clusters that are gone are removed. */
  readonly prune: boolean;
}

/** The JSON of `postern render --all --out`. */
export interface FilesReport {
  readonly gate: string;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly folder: string;
    readonly result: "created" | "updated" | "unchanged";
    readonly hash: string;
  }[];
  readonly gone: readonly { readonly cluster: string; readonly path: string; readonly result: GoneResult }[];
}

/** `edited`: somebody changed a file of the cluster, and all of them stay. */
type GoneResult = "kept" | "removed" | "edited";

/** What a run did, or would do with `check`. */
export function filesReport(gate: string, { clusters, gone }: FilePlan, use: PlanUse): FilesReport {
  return {
    gate,
    clusters: clusters.map(({ name, folder, result, hash }) => ({ cluster: name, folder, result, hash })),
    gone: gone.map((it) => ({ cluster: it.cluster, path: it.path, result: goneResult(it, use) })),
  };
}

/** Whether the folder was not what the gate renders: something is written, or files of clusters that are gone are there. */
export function isDifferent({ clusters, gone }: FilesReport): boolean {
  return gone.length > 0 || clusters.some(({ result }) => result !== "unchanged");
}

const WIDTH = "unchanged".length + 2;

/** Prints a line for each folder that changes and each file that is left, and their numbers. */
export function printFilesReport(terminal: Terminal, { clusters, gone }: FilesReport, { check }: PlanUse): void {
  const { stdout } = terminal;
  const say = (color: "green" | "yellow" | "red", label: string, text: string): unknown =>
    stdout.write(`${paint(terminal, stdout, color, label.padEnd(WIDTH))}${printable(text)}\n`);
  for (const { folder, result } of clusters) if (result !== "unchanged") say("green", result, folder);
  for (const { path, cluster, result } of gone)
    if (result === "removed") say("red", "removed", path);
    else say("yellow", "gone", `${path}  ${GONE[result](cluster)}`);
  const count = (of: string): number => clusters.filter(({ result }) => result === of).length;
  const left = gone.filter(({ result }) => result !== "removed").length;
  const counts = [
    `${clusters.length} ${clusters.length === 1 ? "cluster" : "clusters"}: ${count("created")} created`,
    `${count("updated")} updated`,
    `${count("unchanged")} unchanged`,
    ...(left === 0 ? [] : [`${left} ${left === 1 ? "file" : "files"} of clusters that are gone`]),
  ];
  stdout.write(`${counts.join(", ")}${check ? " (--check: nothing was written)" : ""}\n`);
}

const GONE = {
  kept: (cluster: string) => `there is no cluster ${cluster} any more; --prune removes the file`,
  edited: (cluster: string) =>
    `there is no cluster ${cluster} any more; somebody changed a file in the folder, which stays: remove it yourself`,
} as const;

function goneResult({ isEdited }: GoneFile, { prune }: PlanUse): GoneResult {
  if (isEdited) return "edited";
  return prune ? "removed" : "kept";
}
