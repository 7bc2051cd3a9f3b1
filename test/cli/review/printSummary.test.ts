import { expect, it } from "vitest";
import { printSummary } from "../../../src/cli/review/printSummary.ts";

it("printSummary breaks its lines at 80 columns", async () => {
  let out = "";
  const output = { write: (text: string) => (out += text) };
  const terminal = { stdout: output, stderr: output, stdin: process.stdin, env: {} };
  const counts = {
    allowed: 1000,
    denied: 2000,
    covered: 1,
    notJudged: 3000,
    otherVersion: 0,
    wouldBeDenied: 4000,
    excepted: 6000,
    unneeded: 7,
    unreadable: 5000,
  };
  const skip = { why: "not a manifest", reason: "no apiVersion and kind" } as const;
  const skipped = [{ ...skip, file: "a.yaml" }];
  printSummary(terminal, output, counts, { skipped, verbose: false });
  expect(out).toBe(
    [
      "6001 objects, 1000 allowed, 2000 denied, 1 covered by its owner, 3000 not",
      "  judged, 4000 would be denied, 6000 excepted, 7 with an exception that is not",
      "  needed, 5000 could not be read",
      "1 file is not a manifest (--verbose lists them)",
      "",
    ].join("\n"),
  );
});
