import { expect, it } from "vitest";
import { untilSignal } from "../../../src/cli/terminal/untilSignal.ts";

it.each(["SIGTERM", "SIGINT"] as const)("%s gives the signal, and what runs comes to its own end", async (name) => {
  const before = process.listenerCount(name);
  const said = await untilSignal(async (signal) => {
    expect(signal.aborted).toBe(false);
    process.emit(name);
    return signal.aborted ? "stopped" : "not stopped";
  });
  expect(said).toBe("stopped");
  expect(process.listenerCount(name)).toBe(before);
});

it("listens no more when what ran has failed", async () => {
  const before = process.listenerCount("SIGTERM");
  await expect(untilSignal(() => Promise.reject(new Error("a fault")))).rejects.toThrow("a fault");
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
