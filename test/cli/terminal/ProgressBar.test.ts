import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../../src/cli/terminal/ProgressBar.ts";

function bed(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const stderr = { write: (text: string) => written.push(text), isTTY };
  const terminal = { stdout: stderr, stderr, stdin: process.stdin, env: {} };
  const bar = new ProgressBar(terminal, "files", 12_000, () => now);
  const at = (time: number, done: number): void => {
    now = time;
    bar.show(done);
  };
  return { written, bar, at };
}

describe("ProgressBar", () => {
  it("shows on a terminal how much is done, ten times a second at most, and goes away", () => {
    const { written, bar, at } = bed(true);
    at(99, 1);
    at(100, 6000);
    at(199, 6001);
    at(200, 12_000);
    bar.clear();
    bar.clear();
    expect(written).toEqual([
      "\r[###############...............] 6,000 of 12,000 files",
      "\r[##############################] 12,000 of 12,000 files",
      `\r${" ".repeat(55)}\r`,
    ]);
    for (const line of written) expect(line.length).toBeLessThan(80);
  });

  it("writes nothing elsewhere", () => {
    const { written, bar, at } = bed(false);
    at(1000, 6000);
    bar.clear();
    expect(written).toEqual([]);
  });
});
