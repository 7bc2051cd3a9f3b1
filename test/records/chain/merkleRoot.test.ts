import { describe, expect, it } from "vitest";
import { inclusionPath, leafHash, merkleRoot, rootOfPath } from "../../../src/records/chain/merkleRoot.ts";
import { leafOf, merkleRootOf } from "../../../src/records/chain/verify/merkleRootOf.ts";
import { hexOf } from "../../../src/records/sha256.ts";

/** The leaves and roots of the tests of Certificate Transparency (RFC 6962), in github.com/google/certificate-transparency. */
const LEAVES = ["", "\0", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const PATHS: readonly (readonly [index: number, size: number, path: readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
];

describe("the Merkle tree of RFC 6962", () => {
  it.each(ROOTS.map((root, index) => [index + 1, root] as const))("of the first %i leaves", async (size, root) => {
    const leaves = LEAVES.slice(0, size);
    expect(hexOf(await merkleRoot(await Promise.all(leaves.map(leafHash))))).toBe(root);
    expect(merkleRootOf(leaves.map(leafOf))).toBe(root);
  });

  it.each(PATHS)("has the path of leaf %i of %i", async (index, size, path) => {
    const leaves = await Promise.all(LEAVES.slice(0, size).map(leafHash));
    expect((await inclusionPath(leaves, index)).map(hexOf)).toEqual(path);
  });

  it("has no root without leaves, and no path for a leaf that is not there", async () => {
    await expect(merkleRoot([])).rejects.toThrow(RangeError);
    expect(() => merkleRootOf([])).toThrow(RangeError);
    const leaf = await leafHash("a");
    for (const index of [-1, 1, 0.5, Number.NaN])
      await expect(inclusionPath([leaf], index)).rejects.toThrow(RangeError);
    for (const [index, size] of [
      [1, 1],
      [-1, 2],
      [0, 0],
      [0.5, 2],
      [0, Number.NaN],
    ] as const)
      expect(await rootOfPath(leaf, { index, size }, [])).toBeUndefined();
  });
});

it("merkleRootOf and merkleRoot agree for any number of leaves, and a path of another length has no root", async () => {
  for (let size = 1; size <= 40; size += 1) {
    const texts = Array.from({ length: size }, (_, index) => `leaf ${index}`);
    const leaves = await Promise.all(texts.map(leafHash));
    expect(merkleRootOf(texts.map(leafOf))).toBe(hexOf(await merkleRoot(leaves)));
    const path = await inclusionPath(leaves, size - 1);
    const leaf = leaves[size - 1] ?? new Uint8Array();
    expect(await rootOfPath(leaf, { index: size - 1, size }, [...path, leaf])).toBeUndefined();
    if (path.length > 0) expect(await rootOfPath(leaf, { index: size - 1, size }, path.slice(1))).toBeUndefined();
  }
});
