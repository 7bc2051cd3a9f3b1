import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WRITTEN_BY, writeFolder } from "../../../../src/cli/install/output/writeFolder.ts";

const own = (text: string): string => `# ${WRITTEN_BY}\n${text}`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-write-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("replaces what it wrote, removes what is no longer written, and leaves other files alone", async () => {
  writeFileSync(join(folder, "mine.yaml"), "a: 1\n");
  await writeFolder(folder, { "a.yaml": own("1"), "b.yaml": own("1") });
  expect(await writeFolder(folder, { "a.yaml": own("2") })).toEqual(["a.yaml"]);
  expect(readdirSync(folder).sort()).toEqual(["a.yaml", "mine.yaml"]);
  expect(readFileSync(join(folder, "a.yaml"), "utf8")).toBe(own("2"));
});

it("makes the folder", async () => {
  await writeFolder(join(folder, "x/y"), { "a.yaml": own("1") });
  expect(readdirSync(join(folder, "x/y"))).toEqual(["a.yaml"]);
});

it.each<[string, (path: string) => void]>([
  ["a file of somebody else", (path) => writeFileSync(path, "a: 1\n")],
  ["a folder", (path) => mkdirSync(path)],
  ["a link, which would lead elsewhere", (path) => symlinkSync("/etc/hosts", path)],
])("writes nothing over %s", async (_, make) => {
  make(join(folder, "b.yaml"));
  await expect(writeFolder(folder, { "a.yaml": own("1"), "b.yaml": own("1") })).rejects.toThrow(
    /b\.yaml is there, and postern install did not write it; choose another --out, or remove it$/,
  );
  expect(readdirSync(folder)).toEqual(["b.yaml"]);
});

it.each<[string, string]>([
  ["afile", "is not a folder; expected one, or nothing, at this path"],
  ["afile/x", "cannot be written: does not exist: a part of the path is a file"],
  ["circle", "cannot be written: is a circle of symbolic links"],
])("says why %s is no place for files", async (name, fault) => {
  writeFileSync(join(folder, "afile"), "");
  symlinkSync("circle", join(folder, "circle"));
  const path = join(folder, name);
  await expect(writeFolder(path, { "a.yaml": own("1") })).rejects.toThrow(`--out: ${path} ${fault}`);
});

it.runIf(process.platform === "linux")("ends where a file system makes no folders", async () => {
  await expect(writeFolder("/proc/postern/x", { "a.yaml": own("1") })).rejects.toThrow(
    /^--out: \/proc\/postern\/x cannot be written: /,
  );
});
