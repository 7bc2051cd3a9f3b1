import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { type BenchSize, benchSizes } from "./BenchSize.ts";
import { startFigures } from "./cli/startFigures.ts";
import { type Figure, meetsTarget } from "./Figure.ts";
import { baseFigures } from "./gate/baseFigures.ts";
import { mutationFigures } from "./gate/mutationFigures.ts";
import { nodeFigure } from "./gate/nodeFigure.ts";
import { policyCountFigures } from "./gate/policyCountFigures.ts";
import { workerdFigure } from "./gate/workerdFigure.ts";
import { identityFigures } from "./identity/identityFigures.ts";
import { printFigures } from "./printFigures.ts";
import { latencyFigure } from "./records/latencyFigure.ts";
import { nodeStoreFigures } from "./records/nodeStoreFigures.ts";
import { objectFigures } from "./records/objectFigures.ts";
import { recordedCallFigures } from "./records/recordedCallFigures.ts";
import { verifyFigure } from "./records/verifyFigure.ts";
import { tracingFigures } from "./tracing/tracingFigures.ts";

/**
 * `npm run bench`: measures a gate and prints the figures. `--quick` selects the quick size, `--output json` prints
 * JSON. `--base FOLDER` compares only with the gate of another checkout. A figure that misses its target is not a failure, because the machine may be busy. A measurement that fails is
 * one.
 */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      output: { type: "string", default: "text" },
      base: { type: "string" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const size = benchSizes[values.quick ? "quick" : "full"];
  const figures = values.base === undefined ? await measureAll(size) : await baseFigures(values.base, size);
  process.stdout.write(values.output === "json" ? asJson(figures) : `${printFigures(figures)}\n`);
}

async function measureAll(size: BenchSize): Promise<Figure[]> {
  return [
    await nodeFigure(size),
    await workerdFigure(size),
    ...(await policyCountFigures(size)),
    ...(await mutationFigures(size)),
    ...(await tracingFigures(size)),
    ...(await identityFigures(size)),
    await latencyFigure(size),
    ...(await nodeStoreFigures(size)),
    ...(await objectFigures(size)),
    ...(await recordedCallFigures(size)),
    await verifyFigure(size),
    ...(await startFigures(size)),
  ];
}

function asJson(figures: readonly Figure[]): string {
  return `${JSON.stringify(
    figures.map((figure) => ({ ...figure, met: meetsTarget(figure) })),
    null,
    2,
  )}\n`;
}

await bench();
