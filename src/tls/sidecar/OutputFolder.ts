import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { LoadedPair } from "../pair/LoadedPair.ts";
import { loadPair } from "../pair/loadPair.ts";
import type { PairPaths } from "../pair/readSnapshot.ts";
import { SLOTS, type Slot } from "../pair/Slot.ts";
import { TlsConfigError } from "../TlsConfigError.ts";

/** As in a Secret volume, `..data` points to the current folder and is replaced in one step. */
const DATA = "..data";
/** Points to the last pair that was confirmed to serve. */
const GOOD = "..good";
const CERT = "tls.crt";
const KEY = "tls.key";
/** The name of a pair's folder contains its slot, for a process that starts later. */
const PAIR_FOLDER = /^\.\.(main|standby)-[0-9a-f]{64}-[0-9a-f]{8}$/;

/** A pair in the folder, with its slot. */
export interface StoredPair {
  readonly pair: LoadedPair;
  readonly slot: Slot;
}

/**
 * A folder with `tls.crt` and `tls.key` for another server, with the layout of a Secret volume. A reader finds either the old
 * or the new pair, and never one file of each. That holds after a crash of the process or the machine, too.
 */
export class OutputFolder {
  readonly path: string;
  readonly #keyMode: number;

  private constructor(path: string, keyMode: number) {
    this.path = path;
    this.#keyMode = keyMode;
  }

  /**
   * Creates the folder when it is missing, and removes the leftovers of a crashed process. Throws {@link TlsConfigError} when
   * the folder contains files of another program, and the system error when it cannot be written.
   */
  static async open(path: string, keyMode: number): Promise<OutputFolder> {
    const folder = new OutputFolder(resolve(path), keyMode);
    await mkdir(folder.path, { recursive: true, mode: 0o755 });
    for (const name of [CERT, KEY, DATA]) {
      const stats = await lstat(folder.#at(name)).catch(() => undefined);
      if (stats === undefined) continue;
      const isElsewhere = name !== DATA && (await folder.#target(name)) !== join(DATA, name);
      if (!stats.isSymbolicLink() || isElsewhere)
        throw new TlsConfigError(
          "--out",
          `${path} contains a ${name} that postern did not write: name a separate folder`,
        );
    }
    const target = await folder.#target(DATA);
    if (target !== undefined && !PAIR_FOLDER.test(target))
      throw new TlsConfigError("--out", `${path} is a volume that postern did not write: name a separate folder`);
    await folder.#cleanUp();
    return folder;
  }

  /** The hash of the current pair; undefined when there is none. */
  async currentHash(): Promise<string | undefined> {
    return hashOf(await this.#target(DATA));
  }

  /** The hash of the last pair that was confirmed to serve. */
  async lastGoodHash(): Promise<string | undefined> {
    return hashOf(await this.#target(GOOD));
  }

  /** The last pair that was confirmed to serve; undefined when there is none, or it cannot be read. */
  async lastGood(): Promise<StoredPair | undefined> {
    const target = await this.#target(GOOD);
    const slot = SLOTS.find((it) => target?.startsWith(`..${it}-`));
    if (target === undefined || slot === undefined) return undefined;
    const pair = await loadPair(pathsIn(this.#at(target))).catch(() => undefined);
    return pair === undefined || pair.hash !== hashOf(target) ? undefined : { pair, slot };
  }

  /** Makes a pair the current one, in one step. Writes nothing when it already is. Throws the system error; the previous pair then stays. */
  async write({ certPem, keyPem, hash }: LoadedPair, slot: Slot): Promise<void> {
    const name = await this.#stored(hash, slot);
    if (name === undefined) {
      const created = `..${slot}-${hash.replace("sha256:", "")}-${randomBytes(4).toString("hex")}`;
      try {
        await mkdir(this.#at(created), { mode: 0o755 });
        await writeWhole(join(this.#at(created), CERT), certPem, 0o644);
        await writeWhole(join(this.#at(created), KEY), keyPem, this.#keyMode);
        await flushFolder(this.#at(created));
        await this.#link(DATA, created);
      } catch (error) {
        // Each read tries again under another name. Leftovers would fill the disk.
        if ((await this.#target(DATA)) !== created) await rm(this.#at(created), { recursive: true, force: true });
        throw error;
      }
    } else if ((await this.#target(DATA)) !== name) await this.#link(DATA, name);
    for (const file of [CERT, KEY])
      if ((await this.#target(file)) === undefined) await this.#link(file, join(DATA, file));
    await this.#cleanUp();
  }

  /** Records that the current pair is confirmed to serve. */
  async markGood(): Promise<void> {
    const target = await this.#target(DATA);
    if (target === undefined || target === (await this.#target(GOOD))) return;
    await this.#link(GOOD, target);
    await this.#cleanUp();
  }

  async #stored(hash: string, slot: Slot): Promise<string | undefined> {
    for (const link of [DATA, GOOD]) {
      const target = await this.#target(link);
      if (target === undefined || hashOf(target) !== hash || !target.startsWith(`..${slot}-`)) continue;
      // A damaged copy is written again.
      const stored = await loadPair(pathsIn(this.#at(target))).catch(() => undefined);
      if (stored?.hash === hash) return target;
    }
    return undefined;
  }

  async #link(name: string, target: string): Promise<void> {
    const temporary = this.#at("..link_tmp");
    await rm(temporary, { force: true });
    await symlink(target, temporary);
    await rename(temporary, this.#at(name));
    await flushFolder(this.path);
  }

  /** Removes unreferenced pairs, because they contain keys. */
  async #cleanUp(): Promise<void> {
    const kept = [await this.#target(DATA), await this.#target(GOOD)];
    for (const name of await readdir(this.path))
      if (PAIR_FOLDER.test(name) && !kept.includes(name)) await rm(this.#at(name), { recursive: true, force: true });
  }

  async #target(link: string): Promise<string | undefined> {
    return readlink(this.#at(link)).catch(() => undefined);
  }

  #at(name: string): string {
    return join(this.path, name);
  }
}

function hashOf(target: string | undefined): string | undefined {
  return target === undefined ? undefined : `sha256:${target.split("-")[1] ?? ""}`;
}

function pathsIn(folder: string): PairPaths {
  return { cert: join(folder, CERT), key: join(folder, KEY) };
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    // Sets the mode regardless of the umask.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  await flushFolder(dirname(path));
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
