import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { processesOf } from "../run/processes/processesOf.ts";
import { planted } from "../run/secrets/planted.ts";
import { runStep } from "./runStep.ts";

const NEVER = new AbortController().signal;
const step = (script: string) => ({ name: "", command: ["bash", "-c", script], seconds: 1 }) as const;

it.each<[name: string, script: string, limit: number, outcome: string]>([
  ["passed for a step that exits with 0", "true", 60, "passed"],
  ["failed for a step that exits with 1", "exit 1", 60, "failed"],
  ["failed for a step that a signal ends", "kill -KILL $$", 60, "failed"],
  ["out of time for a step past its limit, and stops it", "sleep 600", 0.2, "out of time"],
])("runStep reports %s", async (_, script, limit, outcome) => {
  expect(await runStep(step(script), limit, NEVER)).toMatchObject({ outcome });
});

it("runStep reports a program that does not exist as failed", async () => {
  expect(await runStep({ name: "", command: ["no-such-program"], seconds: 1 }, 60, NEVER)).toMatchObject({
    outcome: "failed",
  });
});

it("runStep ends the processes that a step started, together with the step", async () => {
  const mark = `sleep-of-runStep-${process.pid}`;
  await runStep(step(`bash -c 'exec -a ${mark} sleep 600' & wait`), 0.3, NEVER);
  expect(processesOf(mark, [process.pid])).toEqual([]);
});

it("runStep ends its step when the run is interrupted", async () => {
  const controller = new AbortController();
  const ended = runStep(step("sleep 600"), 600, controller.signal);
  controller.abort();
  expect(await ended).toMatchObject({ outcome: "failed" });
});

const token = planted("token");

it.each<[name: string, script: string]>([
  ["on standard output", `echo the token is ${token}`],
  ["on standard error", `echo ${token} >&2`],
  ["in base64", `printf 'user:${token}' | base64`],
  ["cut between two writes", `printf '${token.slice(0, 5)}'; sleep 0.2; printf '${token.slice(5)}'`],
])("runStep reports a step as failed whose output has a planted secret %s", async (_, script) => {
  const output = { stdout: new PassThrough(), stderr: new PassThrough() };
  const { outcome, secrets } = await runStep(step(script), 60, NEVER, output);
  expect({ outcome, secrets }).toEqual({ outcome: "failed", secrets: [{ kind: "planted secret", where: "line 1" }] });
});

it("runStep passes the output on, also where it is taken slowly", async () => {
  const output = { stdout: new PassThrough({ highWaterMark: 16 }), stderr: new PassThrough() };
  const taken = text(output.stdout);
  const { outcome } = await runStep(step("seq 1 20000; echo x >&2"), 60, NEVER, output);
  output.stdout.end();
  output.stderr.end();
  expect(outcome).toBe("passed");
  expect((await taken).split("\n").length).toBe(20_001);
  expect(await text(output.stderr)).toBe("x\n");
});
