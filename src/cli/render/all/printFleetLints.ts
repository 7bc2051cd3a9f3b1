import type { Lint } from "../../../registration/lint/Lint.ts";
import { printable } from "../../../telemetry/printable.ts";
import { shortList } from "../../fleet/shortList.ts";
import { jsonLine } from "../../terminal/jsonLine.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import type { RenderedCluster } from "./renderFleet.ts";

/** Prints the lints of a fleet to standard error, each once, with its clusters: text, or JSON objects on one line each. */
export function printFleetLints(terminal: Terminal, clusters: readonly RenderedCluster[], isJson: boolean): void {
  for (const { lint, names } of groupLints(clusters)) {
    const { code, severity, place, message } = lint;
    if (isJson) {
      terminal.stderr.write(jsonLine({ code, severity, place, message, clusters: names }));
      continue;
    }
    const shown = paint(terminal, terminal.stderr, severity === "error" ? "red" : "yellow", severity);
    const where = names.length === clusters.length ? "" : ` [${shortList(names)}]`;
    terminal.stderr.write(`postern: ${shown}: ${printable(`${place} ${message}`)} (${code})${where}\n`);
  }
}

/** A place that names the cluster is the same one in each cluster. */
function groupLints(clusters: readonly RenderedCluster[]): { lint: Lint; names: string[] }[] {
  const groups = new Map<string, { lint: Lint; names: string[] }>();
  for (const { cluster, lints } of clusters)
    for (const lint of lints) {
      const place = lint.place.replace(`clusters.${cluster.name}.`, () => "clusters.*.");
      const key = JSON.stringify([lint.code, lint.severity, place, lint.message]);
      const group = groups.get(key) ?? { lint: { ...lint, place }, names: [] };
      group.names.push(cluster.name);
      groups.set(key, group);
    }
  return [...groups.values()];
}
