import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { registrationYaml } from "../render/registrationYaml.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { loadInstallConfig } from "./config/loadInstallConfig.ts";
import { installObjects } from "./installObjects.ts";
import { filesByKind } from "./output/filesByKind.ts";
import { installNotes } from "./output/installNotes.ts";
import { kustomizeOverlay } from "./output/kustomizeOverlay.ts";
import { WRITTEN_BY, writeFolder } from "./output/writeFolder.ts";
import { MANIFESTS } from "./source/readManifests.ts";

/** Options of `postern install`, as they are given. */
export interface InstallOptions {
  readonly config: string;
  readonly output: "yaml" | "json";
  readonly out?: string;
  readonly kustomize?: boolean;
  readonly manifests?: string;
}

/** Prints or writes the objects of a config. Returns the exit code. Throws CliError and ConfigError. */
export async function runInstall(
  terminal: Terminal,
  components: readonly string[],
  options: InstallOptions,
): Promise<number> {
  const { config: file, output, out, kustomize = false, manifests } = options;
  if (kustomize && out === undefined) throw new CliError("usage", "--kustomize needs --out FOLDER");
  if (manifests !== undefined && !kustomize) throw new CliError("usage", "--manifests needs --kustomize");
  if (out === "") throw new CliError("usage", "--out: an empty path was given; name a folder");
  if (manifests === "")
    throw new CliError("usage", "--manifests: an empty path was given; name a folder, or . for this one");
  if (out !== undefined && output === "json") throw new CliError("usage", "--out writes YAML; leave --output json out");
  const { config, scope } = await loadInstallConfig(file, components);
  const objects = installObjects(scope);
  if (out === undefined)
    terminal.stdout.write(output === "json" ? listJson(objects) : registrationYaml(objects, HEADER));
  else {
    const at = manifests ?? relative(out, fileURLToPath(MANIFESTS)).replaceAll("\\", "/");
    const files = kustomize ? kustomizeOverlay(config, scope, at) : filesByKind(objects);
    for (const name of await writeFolder(out, files)) terminal.stdout.write(`${join(out, name)}\n`);
  }
  for (const note of installNotes(config)) terminal.stderr.write(`note: ${note}\n`);
  return EXIT_OK;
}

const HEADER = [WRITTEN_BY, "Apply it with kubectl apply --server-side -f -"];

function listJson(items: readonly object[]): string {
  return `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2)}\n`;
}
