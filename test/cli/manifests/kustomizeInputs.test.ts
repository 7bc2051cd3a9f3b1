import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { kustomizationUsing, kustomizeInputs } from "../../../src/cli/manifests/kustomizeInputs.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

it.each<[what: string, content: string, files: string[]]>([
  [
    "patches",
    "patches:\n- path: a.yaml\n- {path: ../b.yaml, target: {kind: Pod}}\n- patch: '[]'\n",
    ["o/a.yaml", "b.yaml"],
  ],
  ["old patches", "patchesStrategicMerge: [a.yaml]\npatchesJson6902: [{path: b.json}]\n", ["o/a.yaml", "o/b.json"]],
  ["a patch as text", "patchesStrategicMerge:\n- |-\n  kind: Pod\n  metadata: {}\n", []],
  [
    "settings",
    "configurations: [a.yaml]\ngenerators: [b.yaml]\ntransformers: [c.yaml]\n",
    ["o/a.yaml", "o/b.yaml", "o/c.yaml"],
  ],
  [
    "replacements and values",
    "replacements: [{path: a.yaml}]\nhelmCharts: [{valuesFile: v.yaml}]\n",
    ["o/a.yaml", "o/v.yaml"],
  ],
  ["objects only", "resources: [a.yaml]\ncomponents: [b]\n", []],
  ["members of other types", "patches: 7\npatchesStrategicMerge: [7, null, {path: a}]\n", []],
  ["a text that is no YAML", "patches: [", []],
  ["no map", "- a\n", []],
  ["nothing", "", []],
])("kustomizeInputs of a kustomization with %s", async (_what, content, files) => {
  const file = folder.write("o/kustomization.yaml", content);
  expect((await kustomizeInputs(file)).sort()).toEqual(files.map((name) => join(folder.path, name)).sort());
});

it("kustomizeInputs of a file that cannot be read is empty", async () => {
  expect(await kustomizeInputs(join(folder.path, "none/kustomization.yaml"))).toEqual([]);
});

it.each<[file: string, folder: string | undefined]>([
  ["app/patches/deep/p.yaml", "app"],
  ["app/p.yaml", "app"],
  ["app/web.yaml", undefined],
  ["app/patches/other.yaml", undefined],
  ["too/deep/for/this/p.yaml", undefined],
])("kustomizationUsing %s is %s", async (file, used) => {
  folder.write(
    "app/kustomization.yaml",
    "resources: [web.yaml]\npatches: [{path: patches/deep/p.yaml}, {path: p.yaml}]\n",
  );
  folder.write("too/kustomization.yml", "patches: [{path: deep/for/this/p.yaml}]\n");
  expect(await kustomizationUsing(join(folder.path, file))).toBe(used && join(folder.path, used));
});
