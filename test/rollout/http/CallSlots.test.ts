import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { CallSlots } from "../../../src/rollout/http/CallSlots.ts";

it("CallSlots gives slots in order, to one holder only so many, and takes them back also after an error", async () => {
  const slots = new CallSlots<string>({ total: 2, perHolder: 2 });
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const use = (holder: string): Promise<string | undefined> =>
    slots.use(holder, async () => {
      started.push(holder);
      await new Promise<void>((resolve, reject) =>
        ends.push(holder === "bad" ? () => reject(new Error("x")) : resolve),
      );
      return holder;
    });
  const stranger = [use("stranger"), use("stranger")];
  expect(await use("stranger")).toBeUndefined();
  const bad = use("bad").catch(() => "failed");
  const other = use("other");
  await turn();
  expect(started).toEqual(["stranger", "stranger"]);
  ends.shift()?.();
  await turn();
  expect(started).toEqual(["stranger", "stranger", "bad"]);
  ends.pop()?.();
  expect(await bad).toBe("failed");
  await turn();
  expect(started.at(-1)).toBe("other");
  for (const end of ends) end();
  expect([await other, ...(await Promise.all(stranger))]).toEqual(["other", "stranger", "stranger"]);
  const again = use("stranger");
  await turn();
  ends.at(-1)?.();
  expect(await again).toBe("stranger");
});
