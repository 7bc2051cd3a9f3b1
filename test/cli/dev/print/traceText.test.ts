import { expect, it } from "vitest";
import { traceText } from "../../../../src/cli/dev/print/traceText.ts";
import type { Terminal } from "../../../../src/cli/terminal/Terminal.ts";
import { traceLines } from "../../../../src/hosts/telemetry/traceLines.ts";
import { memoryLog } from "../../../gate/gateCall.ts";

const stdout = { write: () => true };
const terminal: Terminal = { stdout, stderr: stdout, stdin: (async function* () {})(), env: {} };

it("traceText prints the spans of a call as a tree, with what failed", () => {
  const log = memoryLog();
  let now = 1_000;
  const telemetry = traceLines({ env: {}, service: "postern", log, now: () => now, fetch });
  const server = telemetry?.tracer?.startServer({
    describe: () => ({ name: "POST /c/{cluster}/validate" }),
    headers: new Headers(),
  });
  const validate = server?.child("validate");
  const policy = validate?.child("policy a");
  now += 1.25;
  policy?.recordError(new Error("no\nway"));
  policy?.end();
  now += 20;
  validate?.end();
  server?.end();
  const [line] = log.lines;
  expect(traceText(terminal, { message: line?.message, ...line?.properties })).toBe(
    [
      "          POST /c/{cluster}/validate                         21 ms",
      "            validate                                         21 ms",
      "              policy a                                     1.25 ms  no\\nway",
    ].join("\n"),
  );
});

it.each([undefined, {}, { message: "trace" }, { message: "verdict", spans: [] }])(
  "traceText has nothing for %j",
  (entry) => {
    expect(traceText(terminal, entry)).toBeUndefined();
  },
);
