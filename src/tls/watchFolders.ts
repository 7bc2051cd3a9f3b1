import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";

/** A writer puts several files in place, one after the other. In milliseconds. */
const QUIET_MS = 50;

/** Tells of changes in folders. */
export interface FolderWatch {
  /** Watches anew what was not there, or has been replaced by another folder of that name. */
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * Watches folders, not files: a watch on a file in a Secret's volume fires once, at the first change, and never again. Some
 * file systems tell nothing at all, so it is a help beside polling. `onChange` is called once for changes close together.
 */
export function watchFolders(paths: readonly string[], onChange: () => void): FolderWatch {
  const watched = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const drop = (path: string): void => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS);
  };
  const refreshOne = async (path: string): Promise<void> => {
    const identity = await stat(path).then(
      ({ dev, ino }) => `${dev} ${ino}`,
      () => undefined,
    );
    if (stopped || watched.get(path)?.identity === identity) return;
    drop(path);
    if (identity === undefined) return;
    try {
      const watcher = watch(path, { persistent: false }, changed);
      watcher.on("error", () => drop(path));
      watched.set(path, { watcher, identity });
    } catch {
      // No inotify left, or the folder is gone again: the poll has to do.
    }
  };
  return {
    async refresh() {
      for (const path of new Set(paths)) await refreshOne(path);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const path of [...watched.keys()]) drop(path);
    },
  };
}
