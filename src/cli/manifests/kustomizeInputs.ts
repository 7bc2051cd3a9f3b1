import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parseYaml } from "../../config/parseYaml.ts";
import { isJsonObject } from "../../protocol/Json.ts";

/** The names of the file that makes a folder one of Kustomize (`RecognizedKustomizationFileNames`, kustomize api/konfig). */
export const KUSTOMIZATION_FILES: ReadonlySet<string> = new Set([
  "kustomization.yaml",
  "kustomization.yml",
  "Kustomization",
]);

/** Fields that name files, each with the members of its items that do. The files of `resources` are objects. */
const FILE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  patches: ["path"],
  patchesJson6902: ["path"],
  patchesStrategicMerge: [],
  replacements: ["path"],
  configurations: [],
  transformers: [],
  generators: [],
  validators: [],
  helmCharts: ["valuesFile"],
};

/** What the files of {@link kustomizeInputs} are. */
export const KUSTOMIZE_INPUT = "a patch or setting of Kustomize";
/** Overlays keep their patches at most so many folders below the kustomization. */
const MAX_FOLDERS_ABOVE = 3;

/** The folder of the kustomization, in the folder of a file or above it, that uses the file as a patch or setting. */
export async function kustomizationUsing(file: string): Promise<string | undefined> {
  let folder = dirname(file);
  for (let above = 0; above < MAX_FOLDERS_ABOVE; above += 1) {
    for (const name of KUSTOMIZATION_FILES)
      if ((await kustomizeInputs(join(folder, name))).includes(resolve(file))) return folder;
    folder = join(folder, "..");
  }
  return undefined;
}

/**
 * The files that a kustomization uses as patches or as its configuration, as absolute paths. They look like manifests but
 * are only parts of one. Empty for a file that cannot be read.
 */
export async function kustomizeInputs(kustomization: string): Promise<string[]> {
  const content = await readKustomization(kustomization);
  const named = Object.entries(FILE_FIELDS).flatMap(([field, members]) => {
    const items: unknown = content[field];
    return Array.isArray(items) ? items.flatMap((item: unknown) => filesOf(item, members)) : [];
  });
  return named.filter((name) => !name.includes("\n")).map((name) => resolve(dirname(kustomization), name));
}

async function readKustomization(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const content: unknown = parseYaml(await readFile(path, "utf8"));
    return isJsonObject(content) ? content : {};
  } catch {
    // It is skipped, and Kustomize itself reports what is wrong.
    return {};
  }
}

function filesOf(item: unknown, members: readonly string[]): string[] {
  if (typeof item === "string") return [item];
  if (!isJsonObject(item)) return [];
  return members.map((member) => item[member]).filter((value) => typeof value === "string");
}
