import { expect, it } from "vitest";
import { type WorkerNeed, workersFor } from "./workersFor.ts";

const UNIT: WorkerNeed = { gibibytes: 2, perCore: 1 };
const WAITING: WorkerNeed = { gibibytes: 3, perCore: 1.5 };

it.each<[string, WorkerNeed, cores: number, gibibytes: number, factor: number, expected: number]>([
  ["one worker per core", UNIT, 2, 24, 1, 2],
  ["more workers than cores when tests mostly wait", WAITING, 2, 24, 1, 3],
  ["one worker per core on a busy machine, even when tests mostly wait", WAITING, 2, 24, 5, 2],
  ["as many workers as fit into three quarters of the memory", UNIT, 16, 8, 1, 3],
  ["at least one worker", WAITING, 1, 2, 10, 1],
  ["sixteen workers on a machine with 16 cores and 64 GiB", UNIT, 16, 64, 1, 16],
])("workersFor returns %s", (_, need, cores, gibibytes, factor, expected) => {
  expect(workersFor(need, { cores, gibibytes, factor })).toBe(expected);
});
