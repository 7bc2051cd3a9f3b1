import { postReload } from "./postReload.ts";
import type { ReloadDeps, ReloadOutcome, ReloadWay } from "./ReloadWay.ts";
import { runReloadCommand } from "./runReloadCommand.ts";
import { signalByPidFile } from "./signalByPidFile.ts";

/** Tells another server to read its certificate anew. Never throws. */
export async function tellTarget(way: ReloadWay, deps: ReloadDeps): Promise<ReloadOutcome> {
  switch (way.kind) {
    case "command":
      return runReloadCommand(way.argv, deps);
    case "signal":
      return signalByPidFile(way.pidFile, way.signal);
    case "url":
      return postReload(way.url, deps);
  }
}
