import { type FileHandle, link, mkdir, open, readFile, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RecordError } from "../../RecordError.ts";
import type { RecordArchive } from "../../writer/RecordArchive.ts";
import { CHECKPOINT, segmentFiles } from "./segmentFiles.ts";
import { storeError } from "./storeError.ts";

/** A segment that is longer than this, or of another day, is not appended to. */
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** The segment that is appended to. */
interface OpenSegment {
  readonly path: string;
  readonly file: FileHandle;
  readonly day: number;
  /** The number of the batch after its last. */
  next: number;
  /** The end of its last complete batch. What is behind it was not confirmed. */
  bytes: number;
  /** For each of its batches, where it begins. */
  readonly starts: Map<number, number>;
}

/**
 * The batches of one cluster in append-only files, and its checkpoints in files of their own. Each write is synced before it
 * is confirmed. Node has no way to make a file immutable: who can write the folder can change it, and
 * `postern records verify` finds that.
 *
 * A process that is killed may leave a part of a batch at the end of the last file. The next one removes it. It was never
 * confirmed, and the log has it.
 */
export class SegmentArchive implements RecordArchive {
  readonly #folder: string;
  readonly #now: () => number;
  #open: OpenSegment | undefined;

  /** `folder` is that of the cluster. `now` is in milliseconds since 1970. */
  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  async put(key: string, text: string): Promise<void> {
    try {
      if (CHECKPOINT.test(key)) await this.#putFile(key, text);
      else await this.#append(Number.parseInt(key, 10), text);
    } catch (error) {
      await this.#release();
      throw storeError("writing a segment", error);
    }
  }

  async deleteBefore(batch: number): Promise<void> {
    const files = await segmentFiles(this.#folder);
    for (const [index, { path }] of files.entries()) {
      const next = files[index + 1];
      if (next !== undefined && next.first <= batch) await rm(path);
    }
    await syncFolder(this.#folder);
  }

  close(): void {
    void this.#release();
  }

  async #append(batch: number, text: string): Promise<void> {
    let segment = this.#open ?? (await this.#openLast());
    if (segment !== undefined) await requirePlace(segment);
    if (segment !== undefined && batch < segment.next) return this.#compare(segment, batch, text);
    if (segment !== undefined && batch > segment.next)
      throw new RecordError(
        "store-conflict",
        `${segment.path} ends before batch ${segment.next}; batch ${batch} does not follow`,
      );
    const day = Math.floor(this.#now() / DAY_MS);
    if (segment === undefined || segment.bytes >= MAX_SEGMENT_BYTES || (segment.day !== day && segment.bytes > 0))
      segment = await this.#begin(batch, day);
    const bytes = Buffer.from(text);
    await writeDurably(segment, bytes);
    segment.starts.set(batch, segment.bytes);
    segment.bytes += bytes.length;
    segment.next = batch + 1;
  }

  /** For a batch that a killed process wrote and did not confirm. */
  async #compare(segment: OpenSegment, batch: number, text: string): Promise<void> {
    const start = segment.starts.get(batch);
    if (start === undefined) throw new RecordError("store-conflict", `batch ${batch} is older than ${segment.path}`);
    const length = Buffer.byteLength(text);
    const { buffer, bytesRead } = await segment.file.read(Buffer.alloc(length), 0, length, start);
    const end = segment.starts.get(batch + 1) ?? segment.bytes;
    if (end - start === length && bytesRead === length && buffer.toString() === text) return;
    throw new RecordError("store-conflict", `${segment.path} has another batch ${batch} than the log`);
  }

  async #openLast(): Promise<OpenSegment | undefined> {
    await mkdir(this.#folder, { recursive: true });
    const last = (await segmentFiles(this.#folder)).at(-1);
    if (last === undefined) return undefined;
    const file = await open(last.path, "r+");
    try {
      const { starts, end, next } = batchesOf(await file.readFile(), last.first);
      await file.truncate(end);
      await file.sync();
      const { mtimeMs } = await file.stat();
      this.#open = { ...last, file, day: Math.floor(mtimeMs / DAY_MS), next, bytes: end, starts };
      return this.#open;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #begin(first: number, day: number): Promise<OpenSegment> {
    await this.#release();
    const path = join(this.#folder, `${String(first).padStart(12, "0")}.jsonl`);
    const file = await open(path, "wx", 0o600);
    this.#open = { path, file, day, next: first, bytes: 0, starts: new Map() };
    await syncFolder(this.#folder);
    return this.#open;
  }

  async #putFile(key: string, text: string): Promise<void> {
    const path = join(this.#folder, key);
    const beside = `${path}.new`;
    await rm(beside, { force: true });
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
      await link(beside, path);
    } catch (error) {
      const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isThere) throw error;
      if ((await readFile(path, "utf8")) !== text)
        throw new RecordError("store-conflict", `${path} has another checkpoint`);
    } finally {
      await file.close();
      await unlink(beside);
    }
    await syncFolder(this.#folder);
  }

  /** The next write reads the files again. */
  async #release(): Promise<void> {
    const segment = this.#open;
    this.#open = undefined;
    await segment?.file.close();
  }
}

/** A batch that may not be on the disk is removed, so that it is written again: a second sync says nothing of a first that failed. */
async function writeDurably({ path, file, bytes: end }: OpenSegment, bytes: Buffer): Promise<void> {
  try {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, end);
    if (bytesWritten !== bytes.length)
      throw new RecordError("store-unavailable", `${path} took a part of a batch only`);
    await file.datasync();
  } catch (error) {
    await file.truncate(end).catch(() => undefined);
    throw error;
  }
}

/** Writes to a file that was deleted or moved would be confirmed, and nobody could read them. */
async function requirePlace({ path, file }: OpenSegment): Promise<void> {
  const [here, opened] = await Promise.all([stat(path), file.stat()]);
  if (here.ino !== opened.ino || here.dev !== opened.dev)
    throw new RecordError("store-unavailable", `${path} is another file than before`);
}

const NEWLINE = 0x0a;
const ROOT_START = Buffer.from('{"batch":');

/** Where the complete batches of a segment begin, where the last ends, and the number of the one after it. */
function batchesOf(
  content: Buffer,
  first: number,
): { readonly starts: Map<number, number>; readonly end: number; readonly next: number } {
  const starts = new Map<number, number>();
  let [next, end, line] = [first, 0, 0];
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, line)) {
    if (content.subarray(line, line + ROOT_START.length).equals(ROOT_START)) {
      starts.set(next, end);
      next += 1;
      end = at + 1;
    }
    line = at + 1;
  }
  return { starts, end, next };
}

/** Makes a new or deleted name in a folder durable. */
async function syncFolder(folder: string): Promise<void> {
  for (const path of [folder, dirname(folder), dirname(dirname(folder))]) {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
