import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";

/** Processes, ports and folders on this machine, of which a run must leave none. Linux only. */
export interface Traces {
  /** All processes: `pid command`. */
  readonly processes: readonly string[];
  /** Addresses in the state LISTEN, in the format of /proc/net. */
  readonly listening: readonly string[];
  /** Names in the temporary folder. */
  readonly folders: readonly string[];
}

const LISTEN = "0A";

/** The current traces. */
export function tracesNow(): Traces {
  return { processes: processes(), listening: listening(), folders: readdirSync(tmpdir()) };
}

/** The traces in `after` that are not in `before`. */
export function newTraces(before: Traces, after: Traces): Traces {
  const added = (key: keyof Traces): string[] => after[key].filter((it) => !before[key].includes(it));
  return { processes: added("processes"), listening: added("listening"), folders: added("folders") };
}

function processes(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const state = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "")[0];
        // Kernel threads have no command line.
        return command === "" || state === "Z" ? [] : [`${name} ${command.slice(0, 200)}`];
      } catch {
        return [];
      }
    });
}

function listening(): string[] {
  return ["tcp", "tcp6"].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === LISTEN)
      .map(([, address = ""]) => `${protocol} ${address}`),
  );
}
