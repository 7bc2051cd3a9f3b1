import { expect, it } from "vitest";
import { type WorkerNeed, workersFor } from "./workersFor.ts";

const UNIT: WorkerNeed = { gibibytes: 2, perCore: 1 };
const WAITING: WorkerNeed = { gibibytes: 3, perCore: 1.5 };

it.each<[string, WorkerNeed, cores: number, gibibytes: number, factor: number, expected: number]>([
  ["as many as there are cores", UNIT, 2, 24, 1, 2],
  ["more where most of the time is waiting", WAITING, 2, 24, 1, 3],
  ["no more than cores on a busy machine", WAITING, 2, 24, 5, 2],
  ["no more than the memory holds, with a quarter left free", UNIT, 16, 8, 1, 3],
  ["at least one", WAITING, 1, 2, 10, 1],
  ["sixteen on a large machine", UNIT, 16, 64, 1, 16],
])("%s", (_, need, cores, gibibytes, factor, expected) => {
  expect(workersFor(need, { cores, gibibytes, factor })).toBe(expected);
});
