import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findInputFiles } from "../../../src/cli/manifests/findInputFiles.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

for (const file of [
  "repo/.git/config.yaml",
  "repo/a.yaml",
  "repo/a.draft.yaml",
  "repo/.hidden/h.yaml",
  "repo/.deploy/d.yaml",
  "repo/node_modules/m/m.yaml",
  "repo/attic/old.yaml",
  "repo/apps/attic/kept.yaml",
  "repo/apps/b.draft.yaml",
  "repo/apps/keep.draft.yaml",
  "repo/apps/one/x.yaml",
  "repo/apps/one/y.yaml",
])
  folder.write(file, "");
folder.write("repo/.posternignore", "# comment\n/attic/\n*.draft.yaml\n!.deploy/\n");
folder.write("repo/apps/.posternignore", "!keep.draft.yaml\none/*\n!one/y.yaml\n");
const at = (path: string): string => join(folder.path, path);

async function find(path: string): Promise<{ files: string[]; skipped: string[]; faults: string[] }> {
  const { files, skipped, faults } = await findInputFiles([at(path)]);
  const short = (it: string): string => it.slice(folder.path.length + 1);
  return {
    files: files.map((file) => short(file.path)),
    skipped: skipped.map(({ file, why }) => `${why} ${short(file)}`),
    faults: faults.map(({ file, message }) => `${short(file)}: ${message}`),
  };
}

describe("IgnoreRules", () => {
  it("follow .posternignore files as git does, below the defaults", async () => {
    expect(await find("repo")).toEqual({
      files: [
        "repo/.deploy/d.yaml",
        "repo/a.yaml",
        "repo/apps/attic/kept.yaml",
        "repo/apps/keep.draft.yaml",
        "repo/apps/one/y.yaml",
      ],
      skipped: [
        "hidden repo/.hidden",
        "ignored repo/a.draft.yaml",
        "ignored repo/apps/b.draft.yaml",
        "ignored repo/apps/one/x.yaml",
        "ignored repo/attic",
        "hidden repo/node_modules",
      ],
      faults: [],
    });
  });

  it("count from the root of the repository for a folder below it", async () => {
    expect((await find("repo/apps")).files).toEqual([
      "repo/apps/attic/kept.yaml",
      "repo/apps/keep.draft.yaml",
      "repo/apps/one/y.yaml",
    ]);
    expect((await find("repo/apps/one")).files).toEqual(["repo/apps/one/y.yaml"]);
  });

  it("do not hide a folder or a file that is named", async () => {
    expect((await find("repo/attic")).files).toEqual(["repo/attic/old.yaml"]);
    expect((await find("repo/.hidden")).files).toEqual(["repo/.hidden/h.yaml"]);
    expect((await find("repo/node_modules")).files).toEqual(["repo/node_modules/m/m.yaml"]);
    expect((await find("repo/a.draft.yaml")).files).toEqual(["repo/a.draft.yaml"]);
  });

  it("count from the current folder where there is no repository", async () => {
    folder.write("plain/.posternignore", "x.yaml\n");
    folder.write("plain/in/x.yaml", "");
    folder.write("plain/in/y.yaml", "");
    expect((await find("plain/in")).files).toEqual(["plain/in/x.yaml", "plain/in/y.yaml"]);
    const files = await insideFolder(at("plain"), async () => (await findInputFiles(["in"])).files);
    expect(files).toEqual([{ path: "in/y.yaml", isNamed: false }]);
    expect((await insideFolder(at("plain/in"), () => findInputFiles(["."]))).files).toHaveLength(2);
  });

  it("report a .posternignore that cannot be read", async () => {
    folder.write("broken/.posternignore/x", "");
    folder.write("broken/x.yaml", "");
    expect(await find("broken")).toMatchObject({
      files: ["broken/x.yaml"],
      faults: ["broken/.posternignore: is a folder"],
    });
  });

  it("report it by the path as it was named", async () => {
    folder.write("unreadable/sub/.posternignore/x", "");
    folder.write("unreadable/sub/a.yaml", "");
    const { faults } = await insideFolder(at("unreadable"), () => findInputFiles(["sub"]));
    expect(faults).toEqual([{ file: "sub/.posternignore", message: "is a folder" }]);
  });
});
