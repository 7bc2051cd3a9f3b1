import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Inside node_modules, so that the compiled package finds its dependencies. */
const FOLDER = join(ROOT, "node_modules", ".cache", `postern-bench-${process.pid}`);
/** Writes the CPU time of the process in microseconds as the last line of standard error. */
const REPORT =
  'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write("\\n"+(user+system))})';
const MANIFEST =
  "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: { containers: [{ name: c, image: nginx:1.29 }] }\n";

/** CPU time of a start of the compiled command, compared with a start of Node that does nothing. */
export async function startFigures(size: BenchSize): Promise<Figure[]> {
  try {
    const postern = compile();
    const manifest = join(FOLDER, "pod.yaml");
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
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}

/** Compiles the package as its build does, and returns the file of the command. */
function compile(): string {
  mkdirSync(FOLDER, { recursive: true });
  cpSync(join(ROOT, "package.json"), join(FOLDER, "package.json"));
  const dist = join(FOLDER, "dist");
  const project = join(ROOT, "infra/tsconfig.build.json");
  execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project, "--outDir", dist]);
  return join(dist, "cli/postern.js");
}

function cpuOf(args: readonly string[]): number {
  const { status, stderr } = spawnSync(process.execPath, ["--import", REPORT, ...args], { encoding: "utf8" });
  const microseconds = Number(stderr.split("\n").at(-1));
  if (status !== 0 || !(microseconds > 0)) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
  return microseconds;
}
