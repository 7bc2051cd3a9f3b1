import { expect, it } from "vitest";
import { limitLines } from "../../src/telemetry/limitLines.ts";
import { memoryLog } from "../gate/gateCall.ts";

const bed = (...levels: Parameters<typeof limitLines>[2][]) => {
  const written = memoryLog();
  const clock = { now: 0 };
  return { written, clock, log: limitLines(written, () => clock.now, ...levels) };
};

it("writes 10 lines with the same message in 10 s, and then how many it omitted", () => {
  const { written, clock, log } = bed();
  for (let count = 0; count < 50; count += 1) log.warn("refused", { count });
  expect(written.lines).toHaveLength(10);
  clock.now = 10_000;
  log.warn("refused", { count: 50 });
  expect(written.lines.at(-1)).toEqual({ level: "warn", message: "refused", properties: { count: 50, omitted: 40 } });
  log.warn("refused", { count: 51 });
  expect(written.lines.at(-1)).toEqual({ level: "warn", message: "refused", properties: { count: 51 } });
});

it("counts each message, level and code", () => {
  const { written, log } = bed();
  for (let count = 0; count < 30; count += 1) {
    log.warn("one");
    log.error("one");
    log.warn("other", { code: "a" });
    log.warn("other", { code: "b" });
  }
  expect(written.lines).toHaveLength(40);
});

it("writes all lines of other levels", () => {
  const { written, log } = bed(["warn", "error"]);
  for (let count = 0; count < 30; count += 1) {
    log.info("verdict");
    log.debug("detail");
    log.error("failed");
  }
  expect(written.lines).toHaveLength(70);
});

it("keeps a bounded number of messages, and writes all that differ", () => {
  const { written, log } = bed();
  for (let count = 0; count < 10_000; count += 1) log.warn(`message ${count}`);
  expect(written.lines).toHaveLength(10_000);
});

it("writes again after the clock went back", () => {
  const { written, clock, log } = bed();
  clock.now = 100_000;
  for (let count = 0; count < 30; count += 1) log.warn("refused");
  clock.now = 0;
  log.warn("refused");
  expect(written.lines).toHaveLength(11);
});

it("says whether a line would be written, without counting it", () => {
  const { clock, log } = bed(["warn"]);
  const isWritten = (): boolean[] => [
    log.isWritten("warn", "refused", { code: "a" }),
    log.isWritten("warn", "refused", { code: "b" }),
    log.isWritten("error", "refused", { code: "a" }),
  ];
  for (let count = 0; count < 9; count += 1) log.warn("refused", { code: "a" });
  for (let count = 0; count < 5; count += 1) expect(isWritten()).toEqual([true, true, true]);
  log.warn("refused", { code: "a" });
  expect(isWritten()).toEqual([false, true, true]);
  clock.now = 10_000;
  expect(isWritten()).toEqual([true, true, true]);
});
