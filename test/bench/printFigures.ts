import { type Figure, meetsTarget } from "./Figure.ts";
import { printTable } from "./printTable.ts";

/** Figures as a text table. */
export function printFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${figure.ratio.median.toFixed(2)} (${figure.ratio.min.toFixed(2)}–${figure.ratio.max.toFixed(2)})`,
    targetOf(figure),
    `${amount(figure.ratio.subject)} : ${amount(figure.ratio.floor)} ${figure.unit}`,
    figure.compared,
  ]);
  return printTable([["figure", "ratio (min–max)", "target", "measured", "compared"], ...rows]);
}

function targetOf(figure: Figure): string {
  const { target } = figure;
  if (target === undefined) return "–";
  const bound = "atMost" in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`;
  return `${bound} ${meetsTarget(figure) ? "met" : "not met"}`;
}

function amount(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
