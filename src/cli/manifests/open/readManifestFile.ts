import type { InputFault } from "../../terminal/InputFault.ts";
import type { InputFile, SkippedPath } from "../findInputFiles.ts";
import { KUSTOMIZE_INPUT, kustomizationUsing } from "../kustomizeInputs.ts";
import { helmTemplate, howToRender, isOtherDocument, mentionsObject, type NotManifest } from "../notManifest.ts";
import { hasOnlyComments, type Manifest, parseManifests } from "../parseManifests.ts";

/** What was read of one file. */
export interface ReadFile {
  readonly manifests: readonly Manifest[];
  readonly faults: readonly InputFault[];
}

/** The name of an input in reports. */
export function inputName(path: string): string {
  return path === "-" ? "(standard input)" : path;
}

/**
 * Reads the objects of a file from its text. A file that was found in a folder and is no manifest is skipped; one that was
 * named is a fault. `reviewCommand` is for hints.
 */
export async function readManifestFile(
  { path, isNamed }: InputFile,
  text: string,
  reviewCommand: string | undefined,
): Promise<ReadFile | SkippedPath> {
  const file = inputName(path);
  const skip = (other: NotManifest): SkippedPath => ({ file, why: "not a manifest", ...other });
  const onlyFault = (fault: InputFault): ReadFile => ({ manifests: [], faults: [fault] });
  const template = helmTemplate(path, text);
  if (template !== undefined)
    return isNamed
      ? onlyFault({ file, message: `is ${template.reason}; ${howToRender(template, reviewCommand)}` })
      : skip(template);
  const folder = isNamed && path !== "-" ? await kustomizationUsing(path) : undefined;
  if (folder !== undefined) {
    const how = howToRender({ reason: KUSTOMIZE_INPUT, render: { tool: "kustomize", folder } }, reviewCommand);
    return onlyFault({ file, message: `is ${KUSTOMIZE_INPUT}; ${how}` });
  }
  if (!isNamed && !mentionsObject(text)) return skip({ reason: otherText(text) });
  if (!isNamed && /\.json$/i.test(path) && isOtherJson(text)) return skip({ reason: "no apiVersion and kind" });
  const { manifests, faults } = parseManifests(file, text);
  const [first] = faults;
  if (
    !isNamed &&
    manifests.length === 0 &&
    first?.other !== undefined &&
    faults.every(({ other }) => other !== undefined)
  )
    return skip({ reason: first.other });
  return {
    manifests,
    faults: faults.map(({ file: name, line, message }) => ({
      file: name,
      message,
      ...(line === undefined ? {} : { line }),
    })),
  };
}

/** What a text without apiVersion and kind is. */
function otherText(text: string): string {
  if (text.trim() === "") return "empty";
  return hasOnlyComments(text) ? "only comments" : "no apiVersion and kind";
}

/** Quick for a large file of data, such as a lock file. The reader of YAML takes seconds. */
function isOtherJson(text: string): boolean {
  try {
    return isOtherDocument(JSON.parse(text));
  } catch {
    return false;
  }
}
