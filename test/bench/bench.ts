import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { type BenchSize, benchSizes } from "./BenchSize.ts";
import { reviewFigures } from "./cli/reviewFigures.ts";
import { startFigures } from "./cli/startFigures.ts";
import { type Figure, meetsTarget } from "./Figure.ts";
import { baseFigures } from "./gate/baseFigures.ts";
import { mutationFigures } from "./gate/mutationFigures.ts";
import { nodeFigure } from "./gate/nodeFigure.ts";
import { policyCountFigures } from "./gate/policyCountFigures.ts";
import { workerdFigure } from "./gate/workerdFigure.ts";
import { identityFigures } from "./identity/identityFigures.ts";
import { policyFigures } from "./policies/policyFigures.ts";
import { printFigures } from "./printFigures.ts";
import { latencyFigure } from "./records/latencyFigure.ts";
import { nodeStoreFigures } from "./records/nodeStoreFigures.ts";
import { objectFigures } from "./records/objectFigures.ts";
import { recordedCallFigures } from "./records/recordedCallFigures.ts";
import { verifyFigure } from "./records/verifyFigure.ts";
import { tracingFigures } from "./tracing/tracingFigures.ts";

/**
 * `npm run bench`: measures a gate and prints the figures. `--quick` selects the quick size, `--output json` prints
 * JSON. `--only AREA` measures one area. `--base FOLDER` compares only with the gate of another checkout. A figure that misses its
 * target is not a failure, because the machine may be busy. A measurement that fails is one.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      output: { type: "string", default: "text" },
      base: { type: "string" },
      only: { type: "string" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const size = benchSizes[values.quick ? "quick" : "full"];
  const figures = values.base === undefined ? await measure(values.only, size) : await baseFigures(values.base, size);
  process.stdout.write(values.output === "json" ? asJson(figures) : `${printFigures(figures)}\n`);
}

/** In the order of the printed table. */
const AREAS: Readonly<Record<string, readonly ((size: BenchSize) => Promise<Figure | Figure[]>)[]>> = {
  gate: [nodeFigure, workerdFigure, policyCountFigures, mutationFigures],
  policies: [policyFigures],
  tracing: [tracingFigures],
  identity: [identityFigures],
  records: [latencyFigure, nodeStoreFigures, objectFigures, recordedCallFigures, verifyFigure],
  cli: [startFigures, reviewFigures],
};

async function measure(only: string | undefined, size: BenchSize): Promise<Figure[]> {
  if (only !== undefined && !Object.hasOwn(AREAS, only))
    throw new Error(`--only takes ${Object.keys(AREAS).join(", ")}`);
  const figures: Figure[] = [];
  for (const [area, all] of Object.entries(AREAS))
    if (only === undefined || area === only) for (const one of all) figures.push(...[await one(size)].flat());
  return figures;
}

function asJson(figures: readonly Figure[]): string {
  return `${JSON.stringify(
    figures.map((figure) => ({ ...figure, met: meetsTarget(figure) })),
    null,
    2,
  )}\n`;
}

await bench();
