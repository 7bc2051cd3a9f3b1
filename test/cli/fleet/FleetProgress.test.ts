import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { FleetProgress } from "../../../src/cli/fleet/FleetProgress.ts";
import type { Terminal } from "../../../src/cli/terminal/Terminal.ts";

function terminal(isTTY: boolean, write: (text: string) => void): Terminal {
  return { stdout: { write }, stderr: { write, isTTY }, stdin: (async function* () {})(), env: {} };
}

it("says in lines what it waits for, where there is no terminal, until it is stopped", async () => {
  const said = Promise.withResolvers<string>();
  const progress = new FleetProgress(terminal(false, said.resolve), 6, false, 1);
  for (const name of ["a", "b", "c", "d", "e"]) progress.begin(name);
  progress.end("b");
  expect(await said.promise).toBe("postern: 1 of 6 clusters done; waiting for a, c, d and 1 more\n");
  progress.stop();
});

it("writes no lines for machines, and none after its end", async () => {
  const lines: string[] = [];
  const silent = new FleetProgress(
    terminal(false, (text) => lines.push(text)),
    1,
    true,
    1,
  );
  const stopped = new FleetProgress(
    terminal(false, (text) => lines.push(text)),
    1,
    false,
    1,
  );
  stopped.stop();
  await sleep(20);
  silent.stop();
  expect(lines).toEqual([]);
});
