import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InputFault } from "../../terminal/InputFault.ts";
import { readFault } from "../../terminal/readFault.ts";
import { FILES, fleetFiles } from "./fleetFiles.ts";
import { type Mark, readMark, withUnixLines } from "./markedText.ts";
import type { RenderedCluster } from "./renderFleet.ts";

/** What is written for one cluster. */
export interface ClusterPlan {
  readonly name: string;
  readonly folder: string;
  readonly hash: string;
  readonly result: "created" | "updated" | "unchanged";
  /** The files whose content changes. */
  readonly writes: readonly { readonly path: string; readonly text: string }[];
}

/** A file of a cluster that is gone. */
export interface GoneFile {
  readonly path: string;
  readonly folder: string;
  readonly cluster: string;
  /** Whether somebody changed it, or the other file of its cluster. It is not removed then. */
  readonly isEdited: boolean;
}

/** What a run does to the folder of `--out`. */
export interface FilePlan {
  readonly clusters: readonly ClusterPlan[];
  readonly gone: readonly GoneFile[];
  /** Files that are not overwritten. Nothing is written when there is one. */
  readonly faults: readonly InputFault[];
}

/** What a plan is made for. */
export interface PlanInput {
  readonly out: string;
  /** Name of the gate. */
  readonly gate: string;
  readonly clusters: readonly RenderedCluster[];
  /** Names of all clusters, with those that are not rendered now. */
  readonly names: ReadonlySet<string>;
}

/** Compares the folder of `--out` with what was rendered. Reads only. */
export async function planFiles({ out, gate, clusters, names }: PlanInput): Promise<FilePlan> {
  const faults: InputFault[] = [];
  const top = await kindOf(out);
  if (top !== "missing" && top !== "folder") return { clusters: [], gone: [], faults: [notAFolder(out)] };
  const plans: ClusterPlan[] = [];
  for (const rendered of clusters) {
    const folder = join(out, rendered.cluster.name);
    const found = await kindOf(folder, "no links");
    if (found !== "missing" && found !== "folder") faults.push(notAFolder(folder));
    else plans.push(await planCluster(folder, gate, rendered, faults));
  }
  const gone = top === "missing" ? [] : await goneFiles(out, gate, names, faults);
  return { clusters: plans, gone, faults };
}

async function planCluster(
  folder: string,
  gate: string,
  rendered: RenderedCluster,
  faults: InputFault[],
): Promise<ClusterPlan> {
  const { hash, cluster } = rendered;
  const writes: { path: string; text: string }[] = [];
  let isNew = true;
  for (const [file, text] of Object.entries(fleetFiles(gate, rendered))) {
    const path = join(folder, file);
    const before = await readOwn(path);
    if (before.text !== undefined) isNew = false;
    if (before.text !== undefined && withUnixLines(before.text) === text) continue;
    const message = before.fault ?? (before.text === undefined ? undefined : notOwn(before.text, cluster.name, gate));
    if (message === undefined) writes.push({ path, text });
    else faults.push({ file: path, message });
  }
  const result = writes.length === 0 ? "unchanged" : isNew ? "created" : "updated";
  return { name: cluster.name, folder, hash, result, writes };
}

/** Why a file is not overwritten; undefined when it is as this command wrote it. */
function notOwn(text: string, cluster: string, gate: string): string | undefined {
  const mark = readMark(text);
  if (mark === undefined) return "was not written by postern render --all, and is not overwritten; move it away";
  if (mark.gate !== gate) return `is of the gate ${mark.gate}; give each gate a folder of its own with --out`;
  if (mark.cluster !== cluster) return `is of the cluster ${mark.cluster}; remove it, and it is written again`;
  if (mark.isUnchanged) return undefined;
  return "was changed after postern render --all wrote it, and is not overwritten; remove it, and it is written again";
}

/** Files of this gate in folders of clusters that are no longer there. */
async function goneFiles(
  out: string,
  gate: string,
  names: ReadonlySet<string>,
  faults: InputFault[],
): Promise<GoneFile[]> {
  const gone: GoneFile[] = [];
  const entries = await readdir(out, { withFileTypes: true }).catch((error: unknown) => {
    faults.push({ file: out, message: readFault(error) });
    return [];
  });
  const folders = entries.filter((it) => it.isDirectory() && !names.has(it.name)).map(({ name }) => name);
  for (const name of folders.sort()) {
    const folder = join(out, name);
    const marks: { path: string; mark: Mark }[] = [];
    for (const file of FILES) {
      const path = join(folder, file);
      const mark = readMark((await readOwn(path)).text ?? "");
      if (mark?.gate === gate && mark.cluster === name) marks.push({ path, mark });
    }
    // A folder is left whole: without one of its files the other is of no use.
    const isEdited = marks.some(({ mark }) => !mark.isUnchanged);
    gone.push(...marks.map(({ path }) => ({ path, folder, cluster: name, isEdited })));
  }
  return gone;
}

/** The text of a file that is not a link; both undefined when there is none. */
async function readOwn(path: string): Promise<{ readonly text?: string; readonly fault?: string }> {
  const found = await kindOf(path, "no links");
  if (found === "missing") return {};
  if (found !== "file") return { fault: "is not a plain file, and is not overwritten; move it away" };
  return readFile(path, "utf8").then(
    (text) => ({ text }),
    (error: unknown) => ({ fault: readFault(error) }),
  );
}

async function kindOf(path: string, links?: "no links"): Promise<"missing" | "folder" | "file" | "other"> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink() && links === undefined)
      return (await kindOf(`${path}/.`, "no links")) === "folder" ? "folder" : "other";
    return found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "missing" : "other";
  }
}

function notAFolder(file: string): InputFault {
  return { file, message: "is not a folder; expected one, or nothing, at this path" };
}
