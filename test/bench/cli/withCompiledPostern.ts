import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Inside node_modules, so that the compiled package finds its dependencies. */
const FOLDER = join(ROOT, "node_modules", ".cache", `postern-bench-${process.pid}`);
/** Writes the CPU time of the process in microseconds as the last line of standard error. */
const REPORT =
  'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write("\\n"+(user+system))})';

/** Compiles the package as its build does, and runs something with the file of the command and a folder for its files. */
export async function withCompiledPostern<T>(run: (postern: string, folder: string) => Promise<T>): Promise<T> {
  try {
    mkdirSync(FOLDER, { recursive: true });
    cpSync(join(ROOT, "package.json"), join(FOLDER, "package.json"));
    const dist = join(FOLDER, "dist");
    const project = join(ROOT, "infra/tsconfig.build.json");
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", project, "--outDir", dist]);
    return await run(join(dist, "cli/postern.js"), FOLDER);
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}

/** The CPU time of a process of Node, user and system, in microseconds. Throws when it fails. */
export function cpuOf(args: readonly string[]): number {
  const { status, stderr } = spawnSync(process.execPath, ["--import", REPORT, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const microseconds = Number(stderr.split("\n").at(-1));
  if (status !== 0 || !(microseconds > 0)) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
  return microseconds;
}
