import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { type BenchSize, benchSizes } from "./BenchSize.ts";
import { type Figure, meetsAim } from "./Figure.ts";
import { mutationFigures } from "./mutationFigures.ts";
import { nodeFigure } from "./nodeFigure.ts";
import { policyCountFigures } from "./policyCountFigures.ts";
import { printFigures } from "./printFigures.ts";
import { workerdFigure } from "./workerdFigure.ts";

/**
 * Measures everything in one run and prints it: `--quick` in twenty seconds, `--output json` for machines. It only
 * reports: a figure that misses its aim is no failure, for the machine may be busy; one that cannot be measured is.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const figures = await measureAll(benchSizes[values.quick ? "quick" : "full"]);
  process.stdout.write(values.output === "json" ? asJson(figures) : `${printFigures(figures)}\n`);
}

async function measureAll(size: BenchSize): Promise<Figure[]> {
  return [
    await nodeFigure(size),
    await workerdFigure(size),
    ...(await policyCountFigures(size)),
    ...(await mutationFigures(size)),
  ];
}

function asJson(figures: readonly Figure[]): string {
  return `${JSON.stringify(
    figures.map((figure) => ({ ...figure, met: meetsAim(figure) })),
    null,
    2,
  )}\n`;
}

await bench();
