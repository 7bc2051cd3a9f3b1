import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const VITEST = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
const REPORTER = new URL("FailureList.ts", import.meta.url).href;

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  ["nothing for a test that passes", `test("passes", () => {});`, []],
  [
    "a test that fails, with the first line of its error",
    `describe("a suite", () => { test("fails", () => { throw new Error("first\\nsecond"); }); });`,
    ["a.test.js: a suite > fails: first"],
  ],
  [
    "a hook that fails",
    `describe("s", () => { beforeAll(() => { throw new Error("hook"); }); test("t", () => {}); });`,
    ["a.test.js: s: hook"],
  ],
  ["a file that cannot be loaded", `throw new Error("at load");`, ["a.test.js: at load"]],
  [
    "a rejection outside of a test",
    `test("passes", async () => { Promise.reject(new Error("stray")); await new Promise(setImmediate); });`,
    ["outside of a test: stray"],
  ],
];

describe("FailureList", () => {
  it.each(CASES)("writes %s", async (_, source, expected) => {
    const root = await mkdtemp(join(tmpdir(), "postern-failures-"));
    onTestFinished(() => rm(root, { recursive: true }));
    const file = join(root, "failures");
    await writeFile(file, "");
    await writeFile(join(root, "a.test.js"), source);
    await writeFile(
      join(root, "vitest.config.mjs"),
      `import { FailureList } from ${JSON.stringify(REPORTER)};
export default { test: { globals: true, reporters: [new FailureList(${JSON.stringify(file)})] } };`,
    );
    await new Promise<void>((resolve) => {
      execFile(process.execPath, [VITEST, "run", "--root", root, "--configLoader", "native"], () => resolve());
    });
    expect((await readFile(file, "utf8")).split("\n").filter(Boolean)).toEqual(expected);
  });
});
