import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { chartFiles } from "../../../infra/chart/chartFiles.ts";
import { CONFIG_KEYS } from "../../../infra/chart/configKeys.ts";
import manifest from "../../../package.json" with { type: "json" };
import { INSTALL_DEFAULTS } from "../../../src/cli/install/config/installDefaults.ts";
import { installSchema } from "../../../src/cli/install/config/installSchema.ts";
import { overDefaults } from "../../../src/cli/install/config/overDefaults.ts";

const CHART = fileURLToPath(new URL("../../../infra/helm/", import.meta.url));
const files = chartFiles(manifest.version);

it("the chart in infra/helm is what npm run chart writes, and has no other file", () => {
  const there = readdirSync(CHART, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.replace(CHART, "").replace(/^\//, ""));
  expect(there.sort()).toEqual(Object.keys(files).sort());
  for (const [path, text] of Object.entries(files)) expect(readFileSync(`${CHART}${path}`, "utf8"), path).toBe(text);
});

it("values.yaml has the defaults of postern install", () => {
  expect(parse(files["values.yaml"] ?? "")).toEqual(INSTALL_DEFAULTS);
});

it("every key of the config has a meaning, and every example is a value of it", () => {
  expect(Object.keys(CONFIG_KEYS).sort()).toEqual(Object.keys(installSchema.shape).sort());
  const examples = Object.values(CONFIG_KEYS).flatMap(({ example }) => example?.split("\n") ?? []);
  expect(examples.length).toBeGreaterThan(15);
  for (const example of examples) {
    const { error } = installSchema.safeParse(overDefaults(INSTALL_DEFAULTS, parse(example)));
    expect({ example, issues: error?.issues }).toEqual({ example, issues: undefined });
  }
});

it("the JSON Schema refuses unknown keys at every level that has keys of its own", () => {
  const open: string[] = [];
  const visit = (schema: unknown, path: string): void => {
    const { properties, additionalProperties } = Object(schema);
    if (properties === undefined) return;
    if (additionalProperties !== false) open.push(path);
    for (const [key, part] of Object.entries(properties)) visit(part, `${path}.${key}`);
  };
  visit(JSON.parse(files["values.schema.json"] ?? ""), "");
  expect(open).toEqual([]);
});
