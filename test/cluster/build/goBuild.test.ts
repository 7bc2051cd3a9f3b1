import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GoBuild, goBuild } from "./goBuild.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-go-build-"));
  await mkdir(join(folder, "module"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A build of a small program, with its own cache. */
async function small(body: string, lines: string[]): Promise<GoBuild> {
  const module = join(folder, "module");
  await writeFile(join(module, "go.mod"), "module small\n\ngo 1.26\n");
  await writeFile(join(module, "main.go"), `package main\n\nfunc main() { ${body} }\n`);
  return {
    name: "small",
    what: "a small program",
    module,
    args: [],
    target: ".",
    sources: ["go.mod", "main.go"],
    progress: (line) => lines.push(line),
    env: { ...process.env, XDG_CACHE_HOME: folder },
  };
}

describe.skipIf(spawnSync("go", ["version"]).status !== 0)("goBuild, with Go installed", () => {
  it("builds once for two concurrent callers and leaves only the result in the cache", async () => {
    const lines: string[] = [];
    const build = await small('println("ran")', lines);
    const [first, second] = await Promise.all([goBuild(build), goBuild(build)]);
    expect(second).toBe(first);
    expect(lines.filter((line) => line.startsWith("building"))).toEqual(["building a small program"]);
    expect(spawnSync(join(first, "small"), { encoding: "utf8" }).stderr).toBe("ran\n");
    const kept = await readdir(join(folder, "postern"));
    expect(kept.map((name) => join(folder, "postern", name))).toEqual([first]);
    expect(await goBuild(build)).toBe(first);
    expect(lines.filter((line) => line.startsWith("building"))).toHaveLength(1);
  });

  it("reports a compile error, caches nothing, and builds again for the next caller", async () => {
    const broken = await small("nonsense", []);
    await expect(goBuild(broken)).rejects.toThrow(/^small cannot be built: [\s\S]*undefined: nonsense/);
    expect(await readdir(join(folder, "postern"))).toEqual([]);
    const fixed = await small("", []);
    expect(await readdir(await goBuild(fixed))).toEqual(["small"]);
  });
});
