import { afterEach, beforeEach, expect, it } from "vitest";
import { checkGateFile } from "../../../src/cli/gate/checkGateFile.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

it("checkGateFile accepts a file, whatever it exports", async () => {
  await checkGateFile(folder.write("gate.ts", ""));
});

it.each([
  ["a folder", "folder", "folder: is a folder; name the file that exports the gate"],
  ["no file", "none.ts", "none.ts: does not exist"],
  ["a path through a file", "folder/file/gate.ts", "folder/file/gate.ts: does not exist: a part of the path is a file"],
])("checkGateFile refuses %s", async (_what, name, message) => {
  folder.write("folder/file", "");
  const error = await checkGateFile(`${folder.path}/${name}`).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "bad-gate", message: `${folder.path}/${message}` });
});
