import { relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findInputFiles } from "../../../src/cli/manifests/findInputFiles.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

for (const file of [
  "tree/b.yaml",
  "tree/a/z.yml",
  "tree/a/deep/er/c.JSON",
  "tree/B.yaml",
  "tree/README.md",
  "tree/.hidden/h.yaml",
])
  folder.write(file, "");
folder.write("none/README.md", "");
folder.link("tree/a/loop", "..");
folder.link("tree/again", "a/deep");
folder.link("linked/f.yaml", "../tree/b.yaml");
folder.link("linked/tree", "../tree/a");
folder.link("broken/gone.yaml", "nowhere.yaml");
folder.link("broken/gone", "nowhere");
folder.link("one", "two");
folder.link("two", "one");
// A mounted ConfigMap.
folder.write("mounted/..2026/m.yaml", "");
folder.link("mounted/..data", "..2026");
folder.link("mounted/m.yaml", "..data/m.yaml");

const at = (path: string): string => `${folder.path}/${path}`;
const short = (path: string): string => (path.startsWith("/") ? relative(folder.path, path) : path);

describe("findInputFiles", () => {
  it.each<[paths: string[], files: string[], faults: string[]]>([
    [["tree/b.yaml", "-", "tree/README.md"], ["tree/b.yaml", "-", "tree/README.md"], []],
    [["tree"], ["tree/B.yaml", "tree/a/deep/er/c.JSON", "tree/a/z.yml", "tree/b.yaml"], []],
    [["tree/b.yaml", "tree/b.yaml"], ["tree/b.yaml"], []],
    // A link to a parent folder adds its files once.
    [
      ["linked"],
      [
        "linked/f.yaml",
        "linked/tree/deep/er/c.JSON",
        "linked/tree/loop/B.yaml",
        "linked/tree/loop/b.yaml",
        "linked/tree/z.yml",
      ],
      [],
    ],
    [["mounted"], ["mounted/m.yaml"], []],
    [["none"], [], ["none: contains no .yaml, .yml or .json file"]],
    [["gone.yaml", "tree/a/z.yml"], ["tree/a/z.yml"], ["gone.yaml: does not exist"]],
    [["broken"], [], ["broken/gone.yaml: does not exist"]],
    [["one"], [], ["one: is a circle of symbolic links"]],
    [["tree/b.yaml/x"], [], ["tree/b.yaml/x: does not exist: a part of the path is a file"]],
  ])("lists the files of %j", async (paths, files, faults) => {
    const found = await findInputFiles(paths.map((path) => (path === "-" ? path : at(path))));
    const names = found.files.map(({ path }) => short(path));
    expect(names).toEqual(files);
    expect(found.faults.map(({ file, message }) => `${short(file)}: ${message}`)).toEqual(faults);
  });
});
