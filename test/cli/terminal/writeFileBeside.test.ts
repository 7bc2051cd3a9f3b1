import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeFileBeside } from "../../../src/cli/terminal/writeFileBeside.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

it("writes a new file with its mode, and replaces an old one with its mode", async () => {
  const path = `${folder.path}/key.pem`;
  await writeFileBeside(path, "one", 0o600);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["one", 0o600]);
  folder.write("key.pem", "loose");
  await writeFileBeside(path, "two", 0o600);
  expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["two", 0o600]);
  expect(readdirSync(folder.path)).toEqual(["key.pem"]);
});

it("leaves the old file and nothing beside it when it fails", async () => {
  folder.write("folder/inside", "kept");
  await expect(writeFileBeside(`${folder.path}/folder`, "x", 0o600)).rejects.toThrow();
  await expect(writeFileBeside(`${folder.path}/none/x`, "x", 0o600)).rejects.toThrow();
  expect(readdirSync(folder.path)).toEqual(["folder"]);
  expect(readFileSync(`${folder.path}/folder/inside`, "utf8")).toBe("kept");
});
