import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { cpuOf, withCompiledPostern } from "./withCompiledPostern.ts";

const MANIFEST =
  "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: c, image: nginx:1.29 }] }\n";

/** CPU time of a start of the compiled command, compared with a start of Node that does nothing. */
export async function startFigures(size: BenchSize): Promise<Figure[]> {
  return withCompiledPostern(async (postern, folder) => {
    const manifest = join(folder, "pod.yaml");
    writeFileSync(manifest, MANIFEST);
    const figures = [
      { name: "postern --version", args: ["--version"], target: { atMost: 3 } },
      { name: "postern review", args: ["review", "--use", "deny-labels", manifest] },
    ];
    const measured: Figure[] = [];
    for (const { name, args, ...rest } of figures)
      measured.push({
        name,
        compared: `CPU of a start of the compiled command: ${name === "postern review" ? `${name} of one manifest with --use` : name} : node -e 0`,
        ratio: await measureRatio(
          size.rounds,
          async () => cpuOf([postern, ...args]),
          async () => cpuOf(["-e", "0"]),
        ),
        unit: "µs",
        ...rest,
      });
    return measured;
  });
}
