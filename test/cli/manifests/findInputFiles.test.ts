import { execFileSync } from "node:child_process";
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

// Two links to a file of the folder, one before and one behind it, and two to a file elsewhere.
folder.write("links/m.yaml", "");
folder.link("links/a.yaml", "m.yaml");
folder.link("links/z.yaml", "deep/../m.yaml");
folder.link("links/deep/once.yaml", "../../tree/b.yaml");
folder.link("links/deep/twice.yaml", "../../tree/b.yaml");
folder.write("special/pod.yaml", "");
execFileSync("mkfifo", [`${folder.path}/special/pipe.yaml`]);
folder.link("special/null.yaml", "/dev/null");

const at = (path: string): string => `${folder.path}/${path}`;
const short = (path: string): string => (path.startsWith("/") ? relative(folder.path, path) : path);

describe("findInputFiles", () => {
  it.each<[paths: string[], files: string[], faults: string[]]>([
    [["tree/b.yaml", "-", "tree/README.md"], ["tree/b.yaml", "-", "tree/README.md"], []],
    [["tree"], ["tree/B.yaml", "tree/a/deep/er/c.JSON", "tree/a/z.yml", "tree/b.yaml"], []],
    [["tree/b.yaml", "tree/b.yaml"], ["tree/b.yaml"], []],
    // A link to a parent folder adds its files once, and a link to a file of it adds none.
    [
      ["linked"],
      ["linked/tree/deep/er/c.JSON", "linked/tree/loop/B.yaml", "linked/tree/loop/b.yaml", "linked/tree/z.yml"],
      [],
    ],
    [["links"], ["links/deep/once.yaml", "links/m.yaml"], []],
    [["links/a.yaml"], ["links/a.yaml"], []],
    [["special"], ["special/pod.yaml"], []],
    [["special/pipe.yaml"], ["special/pipe.yaml"], []],
    [[""], [], ['"": an empty path was given; name a file, a folder, or -']],
    [["mounted"], ["mounted/m.yaml"], []],
    [["none"], [], ["none: contains no .yaml, .yml or .json file"]],
    [["gone.yaml", "tree/a/z.yml"], ["tree/a/z.yml"], ["gone.yaml: does not exist"]],
    [["broken"], [], ["broken/gone.yaml: does not exist"]],
    [["one"], [], ["one: is a circle of symbolic links"]],
    [["tree/b.yaml/x"], [], ["tree/b.yaml/x: does not exist: a part of the path is a file"]],
  ])("lists the files of %j", async (paths, files, faults) => {
    const found = await findInputFiles(paths.map((path) => (path === "-" || path === "" ? path : at(path))));
    const names = found.files.map(({ path }) => short(path));
    expect(names).toEqual(files);
    expect(found.faults.map(({ file, message }) => `${short(file)}: ${message}`)).toEqual(faults);
  });

  it("names what it does not read because it is no regular file", async () => {
    const { skipped } = await findInputFiles([at("special")]);
    const reason = "not a regular file";
    expect(skipped.map(({ file, why, reason: it }) => [short(file), why, it])).toEqual([
      ["special/null.yaml", "not a manifest", reason],
      ["special/pipe.yaml", "not a manifest", reason],
    ]);
  });
});
