import { join, relative } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BundlePlaces } from "../../../../src/cli/dev/print/BundlePlaces.ts";
import { ownModules } from "../../../../src/cli/gate/ownModules.ts";
import { InputFolder } from "../../InputFolder.ts";

const GATE = `import { PolicyDefinitionError, policy } from "postern";
import { fail } from "./a%20b.ts";
export const validate = () => fail();
export const definitions = [policy, PolicyDefinitionError];
`;

let folder: InputFolder;
let script: string;
beforeEach(async () => {
  folder = new InputFolder();
  folder.write("a%20b.ts", 'const padding = 1;\nexport function fail() {\n  throw new Error("kaboom");\n}\n');
  const { outputFiles } = await build({
    entryPoints: [folder.write("gate.ts", GATE)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    alias: ownModules(),
    sourcemap: "inline",
    logLevel: "silent",
  });
  script = outputFiles[0]?.text ?? "";
});
afterEach(() => folder.remove());

/** Where a text begins in the bundle, `LINE:COLUMN`. */
function placeOf(text: string): string {
  const lines = script.split("\n");
  const line = lines.findIndex((it) => it.includes(text));
  expect(line).toBeGreaterThanOrEqual(0);
  return `${line + 1}:${(lines[line] ?? "").indexOf(text) + 1}`;
}
const inFolder = (name: string): string => relative(process.cwd(), join(folder.path, name));

describe("BundlePlaces", () => {
  it("names the source files of frames, up to the first frame of Postern", () => {
    const frames = [
      "Error: kaboom",
      `    at fail (file:///tmp/x/script-0.mjs:${placeOf('throw new Error("kaboom")')})`,
      `    at Object.validate (script-12.mjs:${placeOf("fail();")})`,
      `    at runPolicy (script-0.mjs:${placeOf("PolicyDefinitionError = class")})`,
      `    at fail (script-0.mjs:${placeOf('throw new Error("kaboom")')})`,
    ];
    expect(new BundlePlaces(script).framesOf(frames.join("\n"))).toEqual([
      `at fail (${inFolder("a%20b.ts")}:3:3)`,
      `at Object.validate (${inFolder("gate.ts")}:3:31)`,
    ]);
  });

  it("names frames without a function, and no more than three", () => {
    const frame = `    at script-0.mjs:${placeOf("fail();")}`;
    const frames = new BundlePlaces(script).framesOf(Array.from({ length: 5 }, () => frame).join("\n"));
    expect(frames).toEqual(Array.from({ length: 3 }, () => `at ${inFolder("gate.ts")}:3:31`));
  });

  it("finds the first place in the files of the user", () => {
    const stack = [
      "Uncaught Error: x",
      `  at script-0.mjs:${placeOf("PolicyDefinitionError = class")}`,
      `  at script-0.mjs:${placeOf("fail();")} in main`,
      `  at script-0.mjs:${placeOf("fail();")}`,
    ];
    expect(new BundlePlaces(script).firstOf(stack.join("\n"))).toBe(`${inFolder("gate.ts")}:3:31`);
  });

  it.each<[what: string, script: string, stack: string]>([
    ["a bundle without a map", "export default 1;\n", "    at x (script-0.mjs:1:1)"],
    [
      "a map that is none",
      `1;\n//# sourceMappingURL=data:application/json;base64,${btoa("[]")}\n`,
      "    at x (script-0.mjs:1:1)",
    ],
    ["another script", "1;\n", "    at x (node:internal/main:1:1)"],
    ["no stack", "1;\n", ""],
  ])("has no places for %s", (_what, text, stack) => {
    const places = new BundlePlaces(text);
    expect([places.framesOf(stack), places.firstOf(stack)]).toEqual([[], undefined]);
  });
});
