import { expect, it } from "vitest";
import { readOncePerSecond } from "../../src/hosts/readOncePerSecond.ts";

it.each<[what: string, times: number[], read: number[]]>([
  ["calls within a second", [0, 1, 999], [1, 1, 1]],
  ["calls a second later", [0, 1_000, 1_999, 2_000], [1, 2, 2, 3]],
  ["a clock that is set back", [5_000, 4_999, 5_500], [1, 2, 2]],
])("readOncePerSecond keeps what it read for %s", async (_, times, read) => {
  let [now, count] = [0, 0];
  const get = readOncePerSecond(
    async () => ++count,
    () => now,
  );
  const values: number[] = [];
  for (const time of times) {
    now = time;
    values.push(await get());
  }
  expect(values).toEqual(read);
});

it("readOncePerSecond reads again after a read that failed", async () => {
  const answers = [Promise.reject(new Error("first")), Promise.resolve("second")];
  const get = readOncePerSecond(
    async () => answers.shift(),
    () => 0,
  );
  await expect(get()).rejects.toThrow("first");
  expect(await get()).toBe("second");
  expect(await get()).toBe("second");
});
