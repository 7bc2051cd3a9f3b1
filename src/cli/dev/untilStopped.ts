import { readFileSync } from "node:fs";

/** A terminal that is closed sends SIGHUP. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** At Ctrl-C, npm repeats the signal that the terminal has already sent to all its processes. */
const REPEAT_MS = 1_000;
/** The interval of the check that npm still runs. Node has no event for the end of a parent. */
const POLL_MS = 500;

/** What {@link untilStopped} needs of this process. */
export interface Stoppable {
  readonly ppid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): unknown;
}

/**
 * Runs something until SIGINT, SIGTERM or SIGHUP, or until the npm that started this process has ended, which abort the
 * `AbortSignal` passed to it. A second signal, a second later, exits immediately with 130. Below npm it is the
 * third: npm repeats the first one, and a slow npm does so late.
 */
export async function untilStopped<T>(
  run: (signal: AbortSignal) => Promise<T>,
  self: Stoppable,
  now: () => number,
): Promise<T> {
  const controller = new AbortController();
  const isBelowNpm = self.env.npm_lifecycle_event !== undefined;
  let firstAt: number | undefined;
  let count = 0;
  const onSignal = (): void => {
    firstAt ??= now();
    count += 1;
    controller.abort();
    if (count > (isBelowNpm ? 2 : 1) && now() - firstAt >= REPEAT_MS) self.exit(130);
  };
  for (const signal of SIGNALS) self.on(signal, onSignal);
  const poll = isBelowNpm ? endWithNpm(self, () => controller.abort()) : undefined;
  try {
    return await run(controller.signal);
  } finally {
    clearInterval(poll);
    for (const signal of SIGNALS) self.off(signal, onSignal);
  }
}

/** npm starts this process, or a shell that starts it. Nothing waits for this process when either has ended. */
function endWithNpm(self: Stoppable, onEnd: () => void): NodeJS.Timeout {
  const parent = self.ppid;
  const npm = isShell(parent) ? parentOf(parent) : undefined;
  return setInterval(() => {
    if (self.ppid !== parent || (npm !== undefined && parentOf(parent) !== npm)) onEnd();
  }, POLL_MS).unref();
}

/** Whether a process is `sh -c COMMAND`. False where there is no /proc. */
function isShell(pid: number): boolean {
  return readProc(pid, "cmdline").split("\0")[1] === "-c";
}

/** The parent of a process; undefined where there is no /proc, and when the process has ended. */
function parentOf(pid: number): number | undefined {
  const [, parent] = readProc(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
  return parent === undefined ? undefined : Number(parent);
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
