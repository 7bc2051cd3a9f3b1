import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { LoadedPair } from "../pair/LoadedPair.ts";
import { loadPair } from "../pair/loadPair.ts";
import type { PairPaths } from "../pair/readSnapshot.ts";
import { SLOTS, type Slot } from "../rotation/chooseCertificate.ts";
import { TlsConfigError } from "../TlsConfigError.ts";

/** Names, as in a Secret's volume: `..data` leads to the folder in force, and is replaced in one step. */
const DATA = "..data";
/** Leads to the pair that was last known to serve. */
const GOOD = "..good";
const CERT = "tls.crt";
const KEY = "tls.key";
/** A pair's own folder says which slot it came from, for a process that begins later. */
const PAIR_FOLDER = /^\.\.(main|standby)-[0-9a-f]{64}-[0-9a-f]{8}$/;

/** A pair of the folder, and where it came from. */
export interface StoredPair {
  readonly pair: LoadedPair;
  readonly slot: Slot;
}

/**
 * A folder with `tls.crt` and `tls.key` for another server, laid out as the kubelet lays out a Secret's volume: a reader
 * finds the pair before or the one after, whole, and never one half of each; and so it does after this process, or the
 * machine, has died in the middle.
 */
export class OutputFolder {
  readonly path: string;
  readonly #keyMode: number;

  private constructor(path: string, keyMode: number) {
    this.path = path;
    this.#keyMode = keyMode;
  }

  /**
   * Makes the folder where there is none, and removes what a process that died has left. Throws {@link TlsConfigError}
   * where something else is in the place, and the system's error where it may not be written.
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
          `${path} has a ${name} that postern did not put there: name a folder of its own`,
        );
    }
    const target = await folder.#target(DATA);
    if (target !== undefined && !PAIR_FOLDER.test(target))
      throw new TlsConfigError("--out", `${path} is a volume of somebody else's: name a folder of its own`);
    await folder.#cleanUp();
    return folder;
  }

  /** The hash of the pair in force; undefined where there is none. */
  async inForce(): Promise<string | undefined> {
    return hashOf(await this.#target(DATA));
  }

  /** The hash of the pair that was last known to serve. */
  async knownGood(): Promise<string | undefined> {
    return hashOf(await this.#target(GOOD));
  }

  /** The pair that was last known to serve; undefined where there is none, or it cannot be read. */
  async lastGood(): Promise<StoredPair | undefined> {
    const target = await this.#target(GOOD);
    const slot = SLOTS.find((it) => target?.startsWith(`..${it}-`));
    if (target === undefined || slot === undefined) return undefined;
    const pair = await loadPair(pathsIn(this.#at(target))).catch(() => undefined);
    return pair === undefined || pair.hash !== hashOf(target) ? undefined : { pair, slot };
  }

  /** Puts a pair in force, in one step; nothing is written where it is already. Throws the system's error, with the pair before still in force. */
  async write({ certPem, keyPem, hash }: LoadedPair, slot: Slot): Promise<void> {
    const name = await this.#stored(hash, slot);
    if (name === undefined) {
      const made = `..${slot}-${hash.replace("sha256:", "")}-${randomBytes(4).toString("hex")}`;
      try {
        await mkdir(this.#at(made), { mode: 0o755 });
        await writeWhole(join(this.#at(made), CERT), certPem, 0o644);
        await writeWhole(join(this.#at(made), KEY), keyPem, this.#keyMode);
        await flushFolder(this.#at(made));
        await this.#link(DATA, made);
      } catch (error) {
        // It is tried again at each look, under another name: a disk that is full would not get emptier by it.
        if ((await this.#target(DATA)) !== made) await rm(this.#at(made), { recursive: true, force: true });
        throw error;
      }
    } else if ((await this.#target(DATA)) !== name) await this.#link(DATA, name);
    for (const file of [CERT, KEY])
      if ((await this.#target(file)) === undefined) await this.#link(file, join(DATA, file));
    await this.#cleanUp();
  }

  /** Remembers that the pair in force is known to serve. */
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
      // One that was damaged since is written anew.
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

  /** Pairs that nothing leads to any more hold keys. */
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
    // Not as the umask would have it.
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
