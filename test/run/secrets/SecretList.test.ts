import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const VITEST = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
const SETUP = fileURLToPath(new URL("../../failOnSecret.ts", import.meta.url));
const MODULE = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

const CASES: readonly (readonly [string, string, code: number, readonly string[]])[] = [
  ["nothing for output without a secret", `test("t", () => { console.log("all is well"); });`, 0, []],
  [
    "a test that writes a secret to the console",
    `describe("s", () => { test("t", () => { console.log(planted("a")); }); });`,
    1,
    ["a.test.js: s > t: a planted secret is in the output"],
  ],
  [
    "a test that writes one as an error, encoded",
    `test("t", () => { console.error(btoa(planted("a"))); });`,
    1,
    ["a.test.js: t: a planted secret is in the output"],
  ],
  [
    "a hook that writes one to the console",
    `beforeAll(() => { console.log(planted("a")); }); test("t", () => {});`,
    1,
    ["a.test.js: a planted secret is in the output"],
  ],
  [
    "a test that writes one to standard output, in two parts",
    `test("t", () => {
      process.stdout.write(planted("a").slice(0, 5));
      process.stdout.write(planted("a").slice(5));
    });`,
    1,
    ["a.test.js: t: expected [ 'a planted secret is in the output' ] to deeply equal []"],
  ],
  [
    "a hook that writes one to standard error",
    `beforeAll(() => { process.stderr.write(planted("a")); }); test("t", () => {});`,
    1,
    ["a.test.js: t: expected [ 'a planted secret is in the output' ] to deeply equal []"],
  ],
];

describe("SecretList", () => {
  it.each(CASES)("fails a run for, and names, %s", async (_, source, code, expected) => {
    const root = await mkdtemp(join(tmpdir(), "postern-secrets-"));
    onTestFinished(() => rm(root, { recursive: true }));
    const file = join(root, "failures");
    await writeFile(file, "");
    await writeFile(join(root, "a.test.js"), `import { planted } from ${MODULE("planted.ts")};\n${source}`);
    await writeFile(
      join(root, "vitest.config.mjs"),
      `import { SecretList } from ${MODULE("SecretList.ts")};
import { FailureList } from ${MODULE("../failures/FailureList.ts")};
const file = ${JSON.stringify(file)};
const setupFiles = [${JSON.stringify(SETUP)}];
export default { test: { globals: true, setupFiles, reporters: [new SecretList(file), new FailureList(file)] } };`,
    );
    const exitCode = await new Promise((resolve) => {
      execFile(process.execPath, [VITEST, "run", "--root", root, "--configLoader", "native"], (error) =>
        resolve(error?.code ?? 0),
      );
    });
    expect((await readFile(file, "utf8")).split("\n").filter(Boolean)).toEqual(expected);
    expect(exitCode).toBe(code);
  });
});
