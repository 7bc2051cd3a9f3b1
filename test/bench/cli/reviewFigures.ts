import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { cpuOf, withCompiledPostern } from "./withCompiledPostern.ts";
import { writeManifests } from "./writeManifests.ts";

const OBJECTS = 10_000;
const ROUNDS = 5;
const QUICK_ROUNDS = 1;
const PARSE = fileURLToPath(new URL("parseFolder.ts", import.meta.url));
const USED = ["deny-labels", "disallow-latest-tag", "require-resources", "disallow-privileged"];

/**
 * Objects that `postern review` judges in a second of CPU, in folders of 10,000 manifests, compared with parsing the same YAML
 * with the yaml library. The start of the process is a part of both.
 */
export async function reviewFigures(size: BenchSize): Promise<Figure[]> {
  return withCompiledPostern(async (postern, folder) => {
    const manifests = writeManifests(join(folder, "deploy"), OBJECTS);
    const review = ["review", ...USED.flatMap((name) => ["--use", name]), manifests];
    const perSecond = (microseconds: number): number => (OBJECTS * 1_000_000) / microseconds;
    const figureOf = async (name: string, output: string, target?: Figure["target"]): Promise<Figure> => ({
      name,
      compared: `one core: ${USED.length} policies judge ${OBJECTS} manifests in folders, --output ${output} : the yaml library only parses them`,
      ratio: await measureRatio(
        size.rounds > 3 ? ROUNDS : QUICK_ROUNDS,
        async () => perSecond(cpuOf([postern, ...review, "--output", output])),
        async () => perSecond(cpuOf([PARSE, manifests])),
      ),
      unit: "objects/s",
      ...(target && { target }),
    });
    return [
      await figureOf("postern review of a folder", "text", { atLeast: 0.4 }),
      await figureOf("postern review as SARIF", "sarif"),
    ];
  });
}
