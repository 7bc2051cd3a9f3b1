import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ownModules } from "../../../src/cli/gate/ownModules.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const json = (file: string): Record<string, Record<string, unknown>> =>
  JSON.parse(readFileSync(`${ROOT}/${file}`, "utf8"));
const modules = ownModules();
const names = Object.keys(modules).sort();

it("ownModules has each export of the package, with a file that exists", () => {
  const exported = Object.keys(json("package.json").exports ?? {}).filter((name) => name !== "./package.json");
  expect(names).toEqual(exported.map((name) => name.replace(/^\./, "postern")).sort());
  expect(Object.values(modules).filter((file) => !existsSync(file))).toEqual([]);
});

it("tsconfig.json finds each export of the package, so that examples can import it", () => {
  const files = Object.entries(modules).map(([name, file]) => [name, [`./${relative(ROOT, file)}`]]);
  expect(json("tsconfig.json").compilerOptions?.paths).toEqual(Object.fromEntries(files));
});
