import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeFileAtomically } from "../../../src/cli/terminal/writeFileAtomically.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

it("writeFileAtomically sets the mode of a new file and of a replaced file", async () => {
  const path = `${folder.path}/key.pem`;
  await writeFileAtomically(path, "one", 0o600);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["one", 0o600]);
  folder.write("key.pem", "loose");
  await writeFileAtomically(path, "two", 0o600);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["two", 0o600]);
  expect(readdirSync(folder.path)).toEqual(["key.pem"]);
});

it("writeFileAtomically keeps the old file and no temporary file when it fails", async () => {
  folder.write("folder/inside", "kept");
  await expect(writeFileAtomically(`${folder.path}/folder`, "x", 0o600)).rejects.toThrow();
  await expect(writeFileAtomically(`${folder.path}/none/x`, "x", 0o600)).rejects.toThrow();
  expect(readdirSync(folder.path)).toEqual(["folder"]);
  expect(readFileSync(`${folder.path}/folder/inside`, "utf8")).toBe("kept");
});

it("writeFileAtomically writes through no link, at its path or at that of its temporary file", async () => {
  const target = folder.write("target", "kept");
  folder.link("file", target);
  folder.link(`file.${process.pid}.new`, target);
  await writeFileAtomically(`${folder.path}/file`, "new", 0o600);
  expect([readFileSync(target, "utf8"), readFileSync(`${folder.path}/file`, "utf8")]).toEqual(["kept", "new"]);
  expect(readdirSync(folder.path).sort()).toEqual(["file", "target"]);
});
