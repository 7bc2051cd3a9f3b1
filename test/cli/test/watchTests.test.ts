import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patience } from "../../run/speedFactor.ts";
import { PosternProcess } from "../PosternProcess.ts";
import { oneCase, POD, TableFolder } from "./TableFolder.ts";

let folder: TableFolder;
let postern: PosternProcess;
beforeEach(() => {
  folder = new TableFolder();
  folder.write("messages.ts", 'export const MESSAGE = "no team";\n');
  const gate = readFileSync(join(folder.path, "gate.ts"), "utf8");
  folder.write(
    "gate.ts",
    gate
      .replace("import {", 'import { MESSAGE } from "./messages.ts";\nimport {')
      .replace("has no team`, {", `has $\{MESSAGE}\`, {`),
  );
  folder.write("pod.yaml", POD);
  folder.write("a.test.yaml", oneCase("policy: team", "manifest: pod.yaml", "expect: denied", "message: no team"));
  postern = new PosternProcess(["test", "--gate", "gate.ts", "--watch", "."], folder.path);
});
afterEach(async () => {
  postern.kill();
  await postern.ended;
  folder.remove();
});

/** Changes something when the last run has ended, and expects the summary of the next one. */
async function onChange(change: () => void, summary: RegExp): Promise<void> {
  const runs = (): number => postern.err.split("waiting for changes").length;
  const [before, printed] = [runs(), postern.out.length];
  change();
  await postern.says(new RegExp(`(?:waiting for changes.*){${before}}`, "s"), "err");
  expect(postern.out.slice(printed)).toMatch(summary);
}

describe("postern test --watch", () => {
  it(
    "runs again when a table, a file of a case or a module of the gate changes, and ends at a signal",
    async () => {
      await postern.says(/waiting for changes of 4 files\n/, "err");
      expect(postern.out).toMatch(/^passed {6}a\.test\.yaml {2}1 case\n1 passed, 0 failed\n$/);
      await onChange(
        () => folder.write("messages.ts", 'export const MESSAGE = "nobody";\n'),
        /^failed.*0 passed, 1 failed\n$/s,
      );
      expect(postern.err).toContain("messages.ts changed\n");
      // As an editor does it: a new file takes the place of the old one.
      await onChange(() => {
        writeFileSync(join(folder.path, "new"), oneCase("policy: team", "manifest: pod.yaml", "expect: denied"));
        renameSync(join(folder.path, "new"), join(folder.path, "a.test.yaml"));
      }, /1 passed, 0 failed\n$/);
      await onChange(
        () => folder.write("pod.yaml", POD.replace("name: web }", "name: web, labels: { team: a } }")),
        /0 passed, 1 failed\n$/,
      );
      await onChange(
        () => folder.write("b.test.yaml", oneCase("policy: team", `manifest: ${POD}`, "expect: denied")),
        /1 passed, 1 failed\n$/,
      );
      await onChange(() => folder.write("messages.ts", "export const MESSAGE = ;\n"), /^$/);
      expect(postern.err).toMatch(/postern: messages\.ts:1:\d+: Unexpected ";"/);
      await onChange(() => folder.write("messages.ts", 'export const MESSAGE = "none";\n'), /1 passed, 1 failed\n$/);
      expect(postern.out + postern.err).not.toContain("\u001b");
      postern.signal("SIGTERM");
      expect(await postern.exit()).toBe(0);
    },
    patience(60_000),
  );
});
