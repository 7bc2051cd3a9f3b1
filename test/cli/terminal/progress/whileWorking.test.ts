import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { whileWorking } from "../../../../src/cli/terminal/progress/whileWorking.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal, or an output to a file, and what was written to standard error. */
function outputs(isTTY: boolean) {
  let err = "";
  const stderr = { isTTY, write: (text: string) => (err += text) };
  const terminal = { stdout: { write: () => "" }, stderr, stdin: (async function* () {})(), env: {} };
  return { terminal, written: () => err };
}

it("whileWorking says what lasts, and takes the line away at the end", async () => {
  const { terminal, written } = outputs(true);
  const work = Promise.withResolvers<number>();
  const working = whileWorking(terminal, "reading", () => work.promise);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written()).toBe("\rreading …");
  work.resolve(7);
  expect(await working).toBe(7);
  expect(written()).toBe(`\rreading …\r${" ".repeat(9)}\r`);
});

it("whileWorking takes the line away before an error is printed", async () => {
  const { terminal, written } = outputs(true);
  const work = Promise.withResolvers<number>();
  const working = whileWorking(terminal, "reading", () => work.promise);
  const failed = expect(working).rejects.toThrow("no");
  await vi.advanceTimersByTimeAsync(1_000);
  work.reject(new Error("no"));
  await failed;
  expect(written().endsWith("\r")).toBe(true);
});

it.each([
  ["work that is over soon", true, 0],
  ["an output that is no terminal", false, 1_000],
])("whileWorking writes nothing for %s", async (_what, isTTY, ms) => {
  const { terminal, written } = outputs(isTTY);
  const work = Promise.withResolvers<number>();
  const working = whileWorking(terminal, "reading", () => work.promise);
  await vi.advanceTimersByTimeAsync(ms);
  work.resolve(7);
  await working;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written()).toBe("");
});
