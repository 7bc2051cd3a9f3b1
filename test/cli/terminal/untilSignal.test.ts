import { expect, it } from "vitest";
import { untilSignal } from "../../../src/cli/terminal/untilSignal.ts";

it.each(["SIGTERM", "SIGINT"] as const)("untilSignal aborts its signal at %s and returns the result", async (name) => {
  const before = process.listenerCount(name);
  const result = await untilSignal(async (signal) => {
    expect(signal.aborted).toBe(false);
    process.emit(name);
    return signal.aborted ? "stopped" : "not stopped";
  });
  expect(result).toBe("stopped");
  expect(process.listenerCount(name)).toBe(before);
});

it("untilSignal removes its listeners after an error", async () => {
  const before = process.listenerCount("SIGTERM");
  await expect(untilSignal(() => Promise.reject(new Error("a fault")))).rejects.toThrow("a fault");
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
