import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { defineGate, type Gate } from "../../gate/config/defineGate.ts";
import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CliError } from "../terminal/CliError.ts";
import { buildFaults } from "./buildFaults.ts";
import { checkGateFile } from "./checkGateFile.ts";
import { ownModules } from "./ownModules.ts";
import { ownTier } from "./ownTier.ts";

/** Some CommonJS packages call `require`, which an ES module does not have. */
const BANNER =
  'import { createRequire as createRequireOfGate } from "node:module"; const require = createRequireOfGate(import.meta.url);';

/** A gate with the files that it is made of. */
export interface LoadedGate {
  readonly gate: Gate;
  /** The modules of the project, the file of the gate included, from the working directory. Without installed packages. */
  readonly modules: readonly string[];
}

/** The folder of this package's modules. */
const OWN = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Loads the gate that a file exports as its default: TypeScript or JavaScript, bundled with its imports. Imports of
 * `postern` resolve to this package, not to the version installed next to the file. Throws {@link CliError} `bad-gate`
 * with the place of the fault.
 */
export async function loadGate(file: string): Promise<Gate> {
  return (await loadGateModules(file)).gate;
}

/** {@link loadGate} with the modules of the gate. */
export async function loadGateModules(file: string): Promise<LoadedGate> {
  await checkGateFile(file);
  const { code, modules } = await bundle(file);
  // Stacks of errors in a gate or a policy then name the source files and lines.
  process.setSourceMapsEnabled(true);
  const folder = await mkdtemp(join(tmpdir(), "postern-gate-"));
  try {
    const path = join(folder, "gate.mjs");
    await writeFile(path, code);
    const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
    if (!isGate(module.default))
      throw new CliError(
        "bad-gate",
        `${file}: its default export is not a gate; write "export default defineGate({...})"`,
      );
    const gate = defineGate(module.default);
    return { gate: Object.freeze({ ...gate, tiers: gate.tiers.map(ownTier) }), modules };
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("bad-gate", `${placeOf(error) ?? file}: ${errorMessage(error)}`, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(file: string): Promise<{ readonly code: string; readonly modules: readonly string[] }> {
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file],
      absWorkingDir: process.cwd(),
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      target: "es2023",
      logLevel: "silent",
      sourcemap: "inline",
      sourceRoot: join(process.cwd(), "/"),
      alias: ownModules(),
      banner: { js: BANNER },
    });
    return { code: outputFiles[0]?.text ?? "", modules: Object.keys(metafile.inputs).filter(isOfProject) };
  } catch (error) {
    throw new CliError("bad-gate", buildFaults(error, file), error);
  }
}

/** Whether an input of the bundler is a file of the project: not one of this package, and not an installed one. */
function isOfProject(input: string): boolean {
  return !/(?:^|\/)node_modules\//.test(input) && !resolve(input).startsWith(OWN);
}

function isGate(value: unknown): value is Gate {
  return (
    typeof value === "object" &&
    value !== null &&
    "policies" in value &&
    Array.isArray(value.policies) &&
    "clusters" in value &&
    "entries" in value &&
    "conversions" in value &&
    Array.isArray(value.conversions)
  );
}

/** The first place in the files of the user in the stack of an error, while the gate loads: `file:line:column`. */
function placeOf(error: unknown): string | undefined {
  const frames = (error instanceof Error ? (error.stack ?? "") : "").split("\n");
  const loader = frames.findIndex((frame) => frame.includes("node:internal/modules") || frame.includes("/loadGate."));
  const places = frames
    .slice(0, Math.max(loader, 0))
    .map((frame) => /(?:file:\/\/)?(\/[^()]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? OWN);
  const ours = (place: string): boolean => place.startsWith(OWN) || /\/node_modules\/|gate\.mjs:\d+/.test(place);
  const place = places.find((it) => !ours(it));
  return place === undefined ? undefined : relative(process.cwd(), place);
}
