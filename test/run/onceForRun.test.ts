import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { onceForRun } from "./onceForRun.ts";
import { RUN_FOLDER } from "./processes/TestRun.ts";

let count = 0;
let name = "";
beforeEach(() => {
  count += 1;
  name = `once-${process.pid}-${count}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it("onceForRun lets callers at the same time share the result of the first", async () => {
  const make = vi.fn(async (folder: string) => writeFile(join(folder, "file"), "made"));
  const folders = await Promise.all(Array.from({ length: 5 }, () => onceForRun(name, make)));
  expect(new Set(folders).size).toBe(1);
  expect(make).toHaveBeenCalledTimes(1);
  expect(existsSync(join(folders[0] ?? "", "file"))).toBe(true);
});

it("onceForRun tries again for the next caller after a failure", async () => {
  const fail = (): Promise<void> => Promise.reject(new Error("no space left"));
  await expect(onceForRun(name, fail)).rejects.toThrow("no space left");
  expect(existsSync(await onceForRun(name, () => undefined))).toBe(true);
});

it("onceForRun makes a folder for each call outside a run", async () => {
  vi.stubEnv(RUN_FOLDER, undefined);
  const folders = await Promise.all([onceForRun(name, () => undefined), onceForRun(name, () => undefined)]);
  expect(new Set(folders).size).toBe(2);
  for (const folder of folders) await rm(folder, { recursive: true });
});
