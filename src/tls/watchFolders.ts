import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";

/** Time without further changes before `onChange` is called: a writer replaces several files one after the other. */
const QUIET_MS = 50;

/** A watch on folders. */
export interface FolderWatch {
  /** Watches folders that have appeared or were replaced since the last call. */
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * Watches folders, not files: a watch on a file in a Secret volume fires once, at the first change, and never again. Some
 * file systems report no changes, so that polling is still needed. `onChange` is called once for changes close together.
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
      // The inotify limit is reached, or the folder has disappeared: polling continues.
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
