import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { CliError } from "../../terminal/CliError.ts";
import { readFault } from "../../terminal/readFault.ts";
import { writeFileAtomically } from "../../terminal/writeFileAtomically.ts";
import { makeFolder } from "./makeFolder.ts";
import type { FilePlan } from "./planFiles.ts";

/** Files for Git, which everybody who may read the repository may read. */
const MODE = 0o644;

/**
 * Writes what a plan says, each file beside its place and renamed. With `prune` also removes the files of clusters that are
 * gone, but not those that somebody changed, and their folders when nothing else is in them. Throws {@link CliError}
 * `unreadable-input`; the next run continues.
 */
export async function writePlan({ clusters, gone }: FilePlan, prune: boolean): Promise<void> {
  for (const { path, text } of clusters.flatMap(({ writes }) => writes))
    await at(path, "written", async () => {
      await makeFolder(dirname(path));
      await writeFileAtomically(path, text, MODE);
    });
  if (!prune) return;
  const removed = gone.filter(({ isEdited }) => !isEdited);
  for (const { path } of removed) await at(path, "removed", () => rm(path));
  for (const folder of new Set(removed.map((it) => it.folder)))
    await at(folder, "removed", async () => {
      if ((await readdir(folder)).length === 0) await rmdir(folder);
    });
}

function at(path: string, done: string, work: () => Promise<void>): Promise<void> {
  return work().catch((error: unknown): never => {
    throw new CliError("unreadable-input", `${path}: cannot be ${done}: ${readFault(error)}`, error);
  });
}
