import { expect, it } from "vitest";
import { limitReport } from "../../../../src/tls/server/limits/limitReport.ts";
import { memoryLog } from "../../../gate/gateCall.ts";
import { eventually } from "../../../run/eventually.ts";

it("limitReport writes one line with the numbers for a flood, and another one for the next", async () => {
  const log = memoryLog();
  const report = limitReport(log, 20);
  for (let call = 0; call < 1_000; call += 1) report("call-refused");
  report("connection-replaced");
  await eventually("a line", () => log.lines[0]);
  report("call-ended");
  await eventually("a second line", () => log.lines[1]);
  expect(log.lines.map(({ properties }) => properties)).toEqual([
    { seconds: 0.02, "call-refused": 1_000, "connection-replaced": 1 },
    { seconds: 0.02, "call-ended": 1 },
  ]);
});
