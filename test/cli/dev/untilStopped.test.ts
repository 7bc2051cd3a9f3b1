import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { untilStopped } from "../../../src/cli/dev/untilStopped.ts";

/** A process with signals, and with a clock in ms. */
class Self extends EventEmitter {
  ppid = process.pid;
  env: Record<string, string> = {};
  time = 0;
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", resolve));

describe("untilStopped", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"])(
    "aborts its signal at %s, returns the result and listens no longer",
    async (name) => {
      const self = new Self();
      const result = untilStopped(
        async (signal) => {
          await aborted(signal);
          return "result";
        },
        self,
        () => self.time,
      );
      self.emit(name);
      expect(await result).toBe("result");
      expect(self.eventNames()).toEqual([]);
      expect(self.exits).toEqual([]);
    },
  );

  it("ignores the signal that npm repeats, and exits at one that comes a second later", async () => {
    const self = new Self();
    const stopping = Promise.withResolvers<void>();
    const result = untilStopped(
      () => stopping.promise,
      self,
      () => self.time,
    );
    self.emit("SIGINT");
    self.time = 999;
    self.emit("SIGINT");
    expect(self.exits).toEqual([]);
    self.time = 1_000;
    self.emit("SIGTERM");
    expect(self.exits).toEqual([130]);
    stopping.resolve();
    await result;
  });

  it("aborts when the npm that started it has ended", async () => {
    const self = new Self();
    self.env = { npm_lifecycle_event: "start" };
    const result = untilStopped(aborted, self, () => self.time);
    self.ppid = 1;
    await result;
    expect(self.eventNames()).toEqual([]);
  });

  it("removes its listeners after an error", async () => {
    const self = new Self();
    const result = untilStopped(() => Promise.reject(new Error("a fault")), self, Date.now);
    await expect(result).rejects.toThrow("a fault");
    expect(self.eventNames()).toEqual([]);
  });
});
