import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkFree, writeProject } from "../../../src/cli/init/writeProject.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

const FILES = [
  { path: "a/b/one.ts", content: "one" },
  { path: "two.ts", content: "two" },
];

describe("writeProject", () => {
  it("writes into a folder that has other files, and into one that is not there", async () => {
    folder.write("there/a/other.ts", "mine");
    for (const name of ["there", "new/project"]) {
      const dir = join(folder.path, name);
      await checkFree(dir, FILES);
      await writeProject(dir, FILES);
      expect(readFileSync(join(dir, "a/b/one.ts"), "utf8")).toBe("one");
    }
    expect(readdirSync(join(folder.path, "there")).sort()).toEqual(["a", "two.ts"]);
    expect(readFileSync(join(folder.path, "there/a/other.ts"), "utf8")).toBe("mine");
  });

  it("leaves nothing when a name is taken meanwhile, and does not touch what took it", async () => {
    const dir = join(folder.path, "new/project");
    const taken = writeProject(dir, [...FILES, { path: "two.ts/three.ts", content: "three" }]);
    await expect(taken).rejects.toThrow(/project: cannot be written: .*nothing is written/);
    expect(existsSync(join(folder.path, "new"))).toBe(false);
    folder.write("there/two.ts", "mine");
    folder.write("there/a/other.ts", "mine");
    const there = join(folder.path, "there");
    await expect(writeProject(there, FILES)).rejects.toThrow(/nothing is written/);
    expect(readdirSync(there, { recursive: true }).sort()).toEqual(["a", "a/other.ts", "two.ts"]);
    expect(readFileSync(join(there, "two.ts"), "utf8")).toBe("mine");
  });
});
