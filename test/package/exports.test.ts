import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const root = new URL("../..", import.meta.url);
const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
  typeof entry === "string" ? [] : [{ name, ...entry }],
);

it("every export of the package has a source file at the same path", () => {
  expect(entries.map(({ name }) => name)).toEqual([
    ".",
    "./policies",
    "./gate",
    "./identity",
    "./lambda",
    "./matchers",
    "./node",
    "./telemetry",
    "./telemetry/context",
    "./telemetry/lambda",
    "./telemetry/node",
  ]);
  for (const { types, default: script } of [
    ...entries,
    { types: "./dist/cli/postern.d.ts", default: `./${manifest.bin.postern}` },
  ]) {
    expect(types).toBe(script.replace(/\.js$/, ".d.ts"));
    const source = script.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts");
    expect([source, existsSync(new URL(source, root))]).toEqual([expect.stringMatching(/^src\//), true]);
  }
});
