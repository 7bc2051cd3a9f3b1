import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { OutputFolder } from "../../../src/tls/sidecar/OutputFolder.ts";
import { PairFolder } from "../PairFolder.ts";
import { makePair } from "../testPki.ts";

let first: LoadedPair;
let second: LoadedPair;
let path: string;
const sources: PairFolder[] = [];

beforeAll(async () => {
  [first, second] = await Promise.all([load(await makePair()), load(await makePair({ key: "p256-c" }))]);
});
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "postern-out-")), "deeper", "tls");
});
afterEach(() => {
  rmSync(join(path, "..", ".."), { recursive: true, force: true });
  for (const source of sources.splice(0)) source.remove();
});

function load(pair: { cert: string; key: string }): Promise<LoadedPair> {
  const folder = new PairFolder();
  sources.push(folder);
  folder.write(pair);
  return loadPair(folder.paths());
}

const pairFolders = (): string[] => readdirSync(path).filter((name) => /^\.\.(main|standby)-/.test(name));
const inForce = (): Promise<LoadedPair> => loadPair({ cert: join(path, "tls.crt"), key: join(path, "tls.key") });

describe("a pair that is written", () => {
  it.each([0o600, 0o640, 0o444])("is read through links, with the key's mode %o, whatever the umask", async (mode) => {
    const before = process.umask(0o077);
    try {
      await (await OutputFolder.open(path, mode)).write(first, "main");
    } finally {
      process.umask(before);
    }
    expect((await inForce()).hash).toBe(first.hash);
    expect(readFileSync(join(path, "tls.key"), "utf8")).toBe(first.keyPem);
    expect(statSync(join(path, "tls.key")).mode & 0o777).toBe(mode);
    expect(statSync(join(path, "tls.crt")).mode & 0o777).toBe(0o644);
    expect(lstatSync(join(path, "..data")).isSymbolicLink()).toBe(true);
  });

  it("is not written again; what nothing leads to is removed; the last good one stays, with its slot", async () => {
    const folder = await OutputFolder.open(path, 0o600);
    expect(await folder.lastGood()).toBeUndefined();
    await folder.write(first, "standby");
    const [name] = pairFolders();
    await folder.write(first, "standby");
    expect(pairFolders()).toEqual([name]);
    await folder.markGood();
    await folder.write(second, "main");
    expect(await folder.inForce()).toBe(second.hash);
    expect(await folder.knownGood()).toBe(first.hash);
    expect(pairFolders()).toHaveLength(2);
    const again = await OutputFolder.open(path, 0o600);
    expect(await again.lastGood()).toMatchObject({ slot: "standby", pair: { hash: first.hash } });
    await again.write(first, "standby");
    expect((await inForce()).hash).toBe(first.hash);
    expect(pairFolders()).toEqual([name]);
  });

  it("is written anew when it was damaged since", async () => {
    const folder = await OutputFolder.open(path, 0o600);
    await folder.write(first, "main");
    await folder.markGood();
    writeFileSync(join(path, "tls.crt"), "gone");
    expect(await folder.lastGood()).toBeUndefined();
    await folder.write(first, "main");
    expect((await inForce()).hash).toBe(first.hash);
  });
});

describe("what a process that died has left", () => {
  it("is removed: a half-written pair, and a link that was not put in place", async () => {
    await (await OutputFolder.open(path, 0o600)).write(first, "main");
    const half = `..main-${second.hash.replace("sha256:", "")}-00000000`;
    mkdirSync(join(path, half));
    writeFileSync(join(path, half, "tls.crt"), second.certPem.slice(0, 100));
    symlinkSync(half, join(path, "..link_tmp"));
    const folder = await OutputFolder.open(path, 0o600);
    expect(pairFolders()).toHaveLength(1);
    expect((await inForce()).hash).toBe(first.hash);
    await folder.write(second, "main");
    expect((await inForce()).hash).toBe(second.hash);
  });
});

describe("a write that fails in the middle", () => {
  it("leaves nothing of the pair behind, however often it is tried, and the one before in force", async () => {
    await (await OutputFolder.open(path, 0o600)).write(first, "main");
    // A mode that no file can have: the key is there by then, as on a disk that is full.
    const folder = await OutputFolder.open(path, -1);
    for (let tries = 0; tries < 3; tries += 1) await expect(folder.write(second, "main")).rejects.toThrow(/mode/);
    expect(pairFolders()).toHaveLength(1);
    expect((await inForce()).hash).toBe(first.hash);
  });
});

describe("a folder of somebody else's is refused", () => {
  it("with links to somewhere else", async () => {
    mkdirSync(path, { recursive: true });
    symlinkSync("/etc/elsewhere/tls.crt", join(path, "tls.crt"));
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(
      /--out .* has a tls\.crt that postern did not put there/,
    );
  });

  it("with plain files", async () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "tls.key"), "theirs");
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(
      /--out .* has a tls\.key that postern did not put there/,
    );
    expect(readFileSync(join(path, "tls.key"), "utf8")).toBe("theirs");
  });

  it("a Secret's volume", async () => {
    const source = new PairFolder();
    sources.push(source);
    source.swapVolume("tls", { "tls.crt": "a", "tls.key": "b" });
    await expect(OutputFolder.open(join(source.path, "tls"), 0o600)).rejects.toThrow(/a volume of somebody else's/);
  });

  it("a file in its place", async () => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "");
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(/EEXIST/);
  });
});
