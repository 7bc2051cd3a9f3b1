import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isCheckpointLine, isRootLine } from "../../../records/chain/verify/readRootLine.ts";
import { FileFollower } from "./FileFollower.ts";

/** What is followed, and how. */
export interface FollowOptions {
  /** The files to read, in their order. Asked at each turn: files come and go. */
  readonly files: () => Promise<readonly string[]>;
  readonly isWanted: (record: string) => boolean;
  /** The number of wanted records to begin with. */
  readonly lines: number;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** The end of a file that is searched for the records to begin with. */
const TAIL_BYTES = 16 * 1024 * 1024;

/**
 * The lines of wanted records that are added to files, until the signal. Of the files that are there at the start, only the end of
 * the last one is read. Rejects with the error of the file system.
 */
export async function* followRecords({
  files,
  isWanted,
  lines,
  intervalMs,
  signal,
}: FollowOptions): AsyncGenerator<string> {
  const followers = new Map<string, FileFollower>();
  const paths = await files();
  const last = paths.at(-1);
  for (const path of paths) {
    const size = await sizeOf(path);
    const from = path === last && lines > 0 ? Math.max(0, size - TAIL_BYTES) : size;
    followers.set(path, new FileFollower(path, from, from > 0 && path === last && lines > 0));
  }
  const first: string[] = [];
  for await (const line of (last === undefined ? undefined : followers.get(last)?.added()) ?? []) {
    if (!isRecord(line) || !isWanted(line)) continue;
    first.push(line);
    if (first.length > lines) first.shift();
  }
  if (lines > 0) yield* first;
  while (!signal.aborted) {
    const now = await files();
    for (const path of followers.keys()) if (!now.includes(path)) followers.delete(path);
    for (const path of now) {
      const follower = followers.get(path) ?? new FileFollower(path, 0, false);
      followers.set(path, follower);
      for await (const line of follower.added()) if (isRecord(line) && isWanted(line)) yield line;
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function isRecord(line: string): boolean {
  return !isRootLine(line) && !isCheckpointLine(line);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
