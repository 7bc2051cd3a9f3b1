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

  it.each<[of: string, npm: string | undefined, times: readonly number[], exits: readonly number[]]>([
    ["the second signal a second later", undefined, [0, 1_000], [130]],
    ["the first signal after a second, when the second came sooner", undefined, [0, 999, 1_000], [130]],
    ["no signal of npm, which repeats the first", "start", [0, 5], []],
    ["no signal of a slow npm", "start", [0, 5_000], []],
    ["the next signal of a terminal, below npm", "start", [0, 5_000, 6_000], [130]],
    ["the next signal a second later, below npm", "start", [0, 5, 10, 1_000], [130]],
  ])("exits at %s", async (_of, npm, times, exits) => {
    const self = new Self();
    if (npm !== undefined) self.env = { npm_lifecycle_event: npm };
    const stopping = Promise.withResolvers<void>();
    const result = untilStopped(
      () => stopping.promise,
      self,
      () => self.time,
    );
    for (const time of times) {
      self.time = time;
      self.emit("SIGINT");
    }
    expect(self.exits).toEqual(exits);
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
