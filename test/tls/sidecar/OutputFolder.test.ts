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
const currentPair = (): Promise<LoadedPair> => loadPair({ cert: join(path, "tls.crt"), key: join(path, "tls.key") });

describe("OutputFolder.write", () => {
  it.each([0o600, 0o640, 0o444])(
    "writes a pair behind links, with key mode %o regardless of the umask",
    async (mode) => {
      const before = process.umask(0o077);
      try {
        await (await OutputFolder.open(path, mode)).write(first, "main");
      } finally {
        process.umask(before);
      }
      expect((await currentPair()).hash).toBe(first.hash);
      expect(readFileSync(join(path, "tls.key"), "utf8")).toBe(first.keyPem);
      expect(statSync(join(path, "tls.key")).mode & 0o777).toBe(mode);
      expect(statSync(join(path, "tls.crt")).mode & 0o777).toBe(0o644);
      expect(lstatSync(join(path, "..data")).isSymbolicLink()).toBe(true);
    },
  );

  it("writes a pair once, removes unreferenced pairs, and keeps the last good pair with its slot", async () => {
    const folder = await OutputFolder.open(path, 0o600);
    expect(await folder.lastGood()).toBeUndefined();
    await folder.write(first, "standby");
    const [name] = pairFolders();
    await folder.write(first, "standby");
    expect(pairFolders()).toEqual([name]);
    await folder.markGood();
    await folder.write(second, "main");
    expect(await folder.currentHash()).toBe(second.hash);
    expect(await folder.lastGoodHash()).toBe(first.hash);
    expect(pairFolders()).toHaveLength(2);
    const again = await OutputFolder.open(path, 0o600);
    expect(await again.lastGood()).toMatchObject({ slot: "standby", pair: { hash: first.hash } });
    await again.write(first, "standby");
    expect((await currentPair()).hash).toBe(first.hash);
    expect(pairFolders()).toEqual([name]);
  });

  it("writes a damaged pair again", async () => {
    const folder = await OutputFolder.open(path, 0o600);
    await folder.write(first, "main");
    await folder.markGood();
    writeFileSync(join(path, "tls.crt"), "gone");
    expect(await folder.lastGood()).toBeUndefined();
    await folder.write(first, "main");
    expect((await currentPair()).hash).toBe(first.hash);
  });
});

describe("OutputFolder.open after a crash", () => {
  it("removes a half-written pair and a temporary link", async () => {
    await (await OutputFolder.open(path, 0o600)).write(first, "main");
    const half = `..main-${second.hash.replace("sha256:", "")}-00000000`;
    mkdirSync(join(path, half));
    writeFileSync(join(path, half, "tls.crt"), second.certPem.slice(0, 100));
    symlinkSync(half, join(path, "..link_tmp"));
    const folder = await OutputFolder.open(path, 0o600);
    expect(pairFolders()).toHaveLength(1);
    expect((await currentPair()).hash).toBe(first.hash);
    await folder.write(second, "main");
    expect((await currentPair()).hash).toBe(second.hash);
  });
});

describe("OutputFolder.write that fails", () => {
  it("leaves no part of the new pair after repeated attempts, and keeps the previous pair", async () => {
    await (await OutputFolder.open(path, 0o600)).write(first, "main");
    // An impossible mode: it fails after the key was written, as on a full disk.
    const folder = await OutputFolder.open(path, -1);
    for (let tries = 0; tries < 3; tries += 1) await expect(folder.write(second, "main")).rejects.toThrow(/mode/);
    expect(pairFolders()).toHaveLength(1);
    expect((await currentPair()).hash).toBe(first.hash);
  });
});

describe("OutputFolder.open rejects a folder of another program", () => {
  it("with links to another place", async () => {
    mkdirSync(path, { recursive: true });
    symlinkSync("/etc/elsewhere/tls.crt", join(path, "tls.crt"));
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(
      /--out .* contains a tls\.crt that postern did not write/,
    );
  });

  it("with plain files", async () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "tls.key"), "other");
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(
      /--out .* contains a tls\.key that postern did not write/,
    );
    expect(readFileSync(join(path, "tls.key"), "utf8")).toBe("other");
  });

  it("that is a Secret volume", async () => {
    const source = new PairFolder();
    sources.push(source);
    source.swapVolume("tls", { "tls.crt": "a", "tls.key": "b" });
    await expect(OutputFolder.open(join(source.path, "tls"), 0o600)).rejects.toThrow(
      /a volume that postern did not write/,
    );
  });

  it("when the path is a file", async () => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "");
    await expect(OutputFolder.open(path, 0o600)).rejects.toThrow(/EEXIST/);
  });
});
