import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import type { CliError } from "../../../src/cli/terminal/CliError.ts";
import { orStalled } from "../../../src/cli/terminal/orStalled.ts";

it("orStalled resolves to the exit code of the command, and listens no more", async () => {
  const self = new EventEmitter();
  const errors: CliError[] = [];
  const code = await orStalled(Promise.resolve(3), self, { command: "x", onStalled: (error) => errors.push(error) });
  expect([code, errors, self.listenerCount("beforeExit")]).toEqual([3, [], 0]);
});

it("orStalled ends with 2 and one error by name when the process has nothing left to wait for", async () => {
  const self = new EventEmitter();
  const errors: CliError[] = [];
  const ended = orStalled(new Promise(() => undefined), self, {
    command: "x",
    onStalled: (error) => errors.push(error),
  });
  self.emit("beforeExit", 0);
  expect(await ended).toBe(2);
  expect(errors).toMatchObject([{ code: "stalled", message: expect.stringMatching(/^x: stalled: [^\n]+$/) }]);
  expect(self.listenerCount("beforeExit")).toBe(0);
});
