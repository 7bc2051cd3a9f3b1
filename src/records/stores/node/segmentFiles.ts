import { readdir } from "node:fs/promises";
import { join } from "node:path";

const SEGMENT = /^(\d{12})\.jsonl$/;
/** As `checkpointKey` makes it. */
export const CHECKPOINT = /^~checkpoint-\d{12}\.json$/;

/** A file with batches of one cluster. */
export interface SegmentFile {
  readonly path: string;
  /** The number of its first batch. */
  readonly first: number;
}

/** The folder of a cluster in a store. */
export function clusterFolder(folder: string, cluster: string): string {
  return join(folder, "segments", cluster);
}

/** The segments of a cluster's folder in the order of the chain. Empty where there is no such folder. */
export async function segmentFiles(folder: string): Promise<readonly SegmentFile[]> {
  const names = await namesIn(folder);
  return names.flatMap((name) => {
    const first = SEGMENT.exec(name)?.[1];
    return first === undefined ? [] : [{ path: join(folder, name), first: Number(first) }];
  });
}

/** The checkpoints of a cluster's folder, in their order. */
export async function checkpointFiles(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => CHECKPOINT.test(name)).map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
