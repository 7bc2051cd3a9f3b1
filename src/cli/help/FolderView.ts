import { existsSync } from "node:fs";

/** What the working directory has of a project. */
export interface FolderView {
  /** The file of the gate. */
  readonly gate: string | undefined;
  /** The config of the sync. */
  readonly sync: string | undefined;
  /** A folder with manifests. */
  readonly manifests: string | undefined;
}

/** Where a project may have each of them; the first that exists counts. */
const GATES = ["functions/gate.ts", "gate.ts", "src/gate.ts"];
const SYNCS = ["sync.yaml", "sync.yml"];
const MANIFESTS = ["deploy", "manifests", "k8s", "kubernetes"];

/** Looks for the parts of a project in the working directory. It reads no file. */
export function viewFolder(exists: (path: string) => boolean = existsSync): FolderView {
  return { gate: GATES.find(exists), sync: SYNCS.find(exists), manifests: MANIFESTS.find(exists) };
}
