import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { insideFolder } from "../insideFolder.ts";
import { runPostern } from "../runPostern.ts";

it.each([
  ["review", "."],
  ["render", "--cluster", "c", "--url", "https://gate.example.com"],
])("postern %s without --gate speaks of the gate.ts of the folder", async (...args) => {
  const folder = await mkdtemp(join(tmpdir(), "postern-gate-"));
  try {
    const before = await insideFolder(folder, () => runPostern(args));
    await writeFile(join(folder, "gate.ts"), "");
    const after = await insideFolder(folder, () => runPostern(args));
    expect([before.code, after.code]).toEqual([2, 2]);
    expect(before.err).toContain("with --gate FILE");
    expect(after.err).toContain("gate.ts");
    expect(after.err).not.toContain("FILE");
  } finally {
    await rm(folder, { recursive: true });
  }
});
