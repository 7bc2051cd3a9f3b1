import { expect, it } from "vitest";
import { processesOf } from "../run/processesOf.ts";
import { runStep } from "./runStep.ts";

const NEVER = new AbortController().signal;
const step = (script: string) => ({ name: "", command: ["bash", "-c", script], seconds: 1 }) as const;

it.each<[name: string, script: string, limit: number, outcome: string]>([
  ["that ends with 0 has passed", "true", 60, "passed"],
  ["that ends with 1 has failed", "exit 1", 60, "failed"],
  ["that is ended by a signal has failed", "kill -KILL $$", 60, "failed"],
  ["that takes too long is ended", "sleep 600", 0.2, "out of time"],
])("a step %s", async (_, script, limit, outcome) => {
  expect(await runStep(step(script), limit, NEVER)).toMatchObject({ outcome });
});

it("a program that does not exist has failed", async () => {
  expect(await runStep({ name: "", command: ["no-such-program"], seconds: 1 }, 60, NEVER)).toMatchObject({
    outcome: "failed",
  });
});

it("a step that is ended takes along what it started", async () => {
  const mark = `sleep-of-runStep-${process.pid}`;
  await runStep(step(`bash -c 'exec -a ${mark} sleep 600' & wait`), 0.3, NEVER);
  expect(processesOf(mark, [process.pid])).toEqual([]);
});

it("an interrupted run ends its step", async () => {
  const controller = new AbortController();
  const ended = runStep(step("sleep 600"), 600, controller.signal);
  controller.abort();
  expect(await ended).toMatchObject({ outcome: "failed" });
});
