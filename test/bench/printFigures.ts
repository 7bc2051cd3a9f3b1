import { type Figure, meetsAim } from "./Figure.ts";
import { printTable } from "./printTable.ts";

/** Figures as a table for people. */
export function printFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${figure.ratio.median.toFixed(2)} (${figure.ratio.min.toFixed(2)}–${figure.ratio.max.toFixed(2)})`,
    aimOf(figure),
    `${amount(figure.ratio.subject)} : ${amount(figure.ratio.floor)} ${figure.unit}`,
    figure.compared,
  ]);
  return printTable([["figure", "ratio (min–max)", "aim", "measured", "compared"], ...rows]);
}

function aimOf(figure: Figure): string {
  const { aim } = figure;
  if (aim === undefined) return "–";
  const bound = "atMost" in aim ? `<= ${aim.atMost}` : `>= ${aim.atLeast}`;
  return `${bound} ${meetsAim(figure) ? "met" : "not met"}`;
}

function amount(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
