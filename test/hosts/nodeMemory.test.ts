import { expect, it, vi } from "vitest";
import { nodeMemory } from "../../src/hosts/nodeMemory.ts";

const MEBIBYTE = 1024 * 1024;

it.each<[what: string, flags: string[], mebibytes: number | undefined]>([
  ["the flag", ["--max-old-space-size=100"], 100],
  ["the flag with underscores", ["--max_old_space_size=100"], 100],
  ["the last of two flags", ["--max-old-space-size=100", "--other", "--max-old-space-size=120"], 120],
  ["V8's limit without a flag", [], undefined],
  ["V8's limit for a flag without a number", ["--max-old-space-size=x"], undefined],
  ["V8's limit where the flag has more", ["--max-old-space-size=999999999"], undefined],
])("the heap is %s", (_, flags, mebibytes) => {
  const { heapBytes } = nodeMemory(flags);
  if (mebibytes === undefined) expect(heapBytes).toBeGreaterThan(200 * MEBIBYTE);
  else expect(heapBytes).toBe(mebibytes * MEBIBYTE);
});

it.each<[what: string, container: number, expected: (machine: number) => number]>([
  ["the container's, where it has a limit", 300 * MEBIBYTE, () => 300 * MEBIBYTE],
  ["the machine's without one", 0, (machine) => machine],
  ["the machine's for a limit beyond it", 2 ** 60, (machine) => machine],
])("all memory is %s", (_, container, expected) => {
  const { totalBytes: machine } = nodeMemory([]);
  const limit = vi.spyOn(process, "constrainedMemory").mockReturnValue(container);
  expect(nodeMemory([]).totalBytes).toBe(expected(machine));
  limit.mockRestore();
});
