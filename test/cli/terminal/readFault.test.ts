import { expect, it } from "vitest";
import { readFault } from "../../../src/cli/terminal/readFault.ts";

it.each<[code: string, words: string]>([
  ["ENOENT", "does not exist"],
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["ELOOP", "is a circle of symbolic links"],
  ["EISDIR", "is a folder"],
  ["EIO", "cannot be read (EIO)"],
])("readFault of %s is %s", (code, words) => {
  expect(readFault(Object.assign(new Error(), { code }))).toBe(words);
});
