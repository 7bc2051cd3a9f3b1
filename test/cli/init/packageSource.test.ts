import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageSource } from "../../../src/cli/init/packageSource.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

const content = gzipSync("a tarball");
/** Writes a package.json, and returns the folder in which the package is installed. */
function installed(manifest: object): string {
  folder.write("package.json", JSON.stringify(manifest));
  return join(folder.path, "node_modules/postern/");
}

describe("packageSource", () => {
  it("is the tarball that the package was installed from, with its name", async () => {
    folder.write("postern-0.1.0.tgz", content);
    const home = installed({ dependencies: { postern: "file:postern-0.1.0.tgz" } });
    expect(await packageSource(undefined, home)).toEqual({
      spec: "file:vendor/postern-0.1.0.tgz",
      files: [{ path: "vendor/postern-0.1.0.tgz", content: Buffer.from(content) }],
    });
  });

  it("is what the package was installed from, when that is a repository", async () => {
    const spec = "git+https://git.example.com/postern.git#v0.1.0";
    expect(await packageSource(undefined, installed({ devDependencies: { postern: spec } }))).toEqual({
      spec,
      files: [],
    });
  });

  it("is what --package names, before all others", async () => {
    const home = installed({ dependencies: { postern: "file:gone.tgz" } });
    const file = folder.write("odd name.tgz", content);
    expect((await packageSource(file, home)).spec).toBe("file:vendor/postern.tgz");
    expect((await packageSource("https://packages.example.com/postern.tgz", home)).spec).toBe(
      "https://packages.example.com/postern.tgz",
    );
  });

  it("is that of npm pack in a checkout, or a fault that names the command", async () => {
    folder.write("package.json", JSON.stringify({ version: "1.2.3" }));
    await expect(packageSource(undefined, folder.path)).rejects.toThrow(/run npm pack in .*, or name a package/);
    folder.write("postern-1.2.3.tgz", content);
    expect((await packageSource(undefined, folder.path)).spec).toBe("file:vendor/postern-1.2.3.tgz");
  });

  it("is a fault when the tarball is gone, or nothing says where the package is from", async () => {
    await expect(packageSource(undefined, installed({ dependencies: { postern: "file:gone.tgz" } }))).rejects.toThrow(
      /the package that this command is from, .*gone\.tgz, cannot be read: does not exist; .*--package/,
    );
    await expect(packageSource(undefined, installed({}))).rejects.toThrow(/does not say where postern is from/);
    // A version of the registry is not this package.
    await expect(packageSource(undefined, installed({ dependencies: { postern: "^1.0.0" } }))).rejects.toThrow(
      /name the tarball/,
    );
  });
});
