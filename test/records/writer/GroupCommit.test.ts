import { describe, expect, it } from "vitest";
import { GroupCommit } from "../../../src/records/writer/GroupCommit.ts";

/** A commit that ends when the test says so. */
function slowCommit(): {
  readonly groups: (readonly number[])[];
  end(error?: Error): void;
  commit(items: readonly number[]): Promise<readonly string[]>;
} {
  const groups: (readonly number[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  return {
    groups,
    end: (error) => ends.shift()?.(error),
    commit: (items) => {
      groups.push(items);
      return new Promise((resolve, reject) =>
        ends.push((error) => (error === undefined ? resolve(items.map((item) => `receipt ${item}`)) : reject(error))),
      );
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("GroupCommit", () => {
  it("commits together what arrives while a commit runs, and one commit at a time", async () => {
    const slow = slowCommit();
    const group = new GroupCommit(slow.commit);
    const first = group.add(0);
    await turn();
    const others = [1, 2, 3].map((item) => group.add(item));
    await turn();
    expect([slow.groups, group.size]).toEqual([[[0]], 3]);
    slow.end();
    expect(await first).toBe("receipt 0");
    await turn();
    expect(slow.groups).toEqual([[0], [1, 2, 3]]);
    slow.end();
    expect(await Promise.all(others)).toEqual(["receipt 1", "receipt 2", "receipt 3"]);
  });

  it("fails all items of a group that fails, and none of another", async () => {
    const slow = slowCommit();
    const group = new GroupCommit(slow.commit);
    const failed = [group.add(0), group.add(1)];
    const outcomes = Promise.allSettled(failed);
    await turn();
    const later = group.add(2);
    slow.end(new Error("the disk is full"));
    expect(await outcomes).toMatchObject([
      { reason: { message: "the disk is full" } },
      { reason: { message: "the disk is full" } },
    ]);
    await turn();
    slow.end();
    expect(await later).toBe("receipt 2");
  });

  it("splits a group that is larger than a batch, in the order of arrival", async () => {
    const groups: (readonly number[])[] = [];
    const group = new GroupCommit(
      async (items: readonly number[]) => {
        groups.push(items);
        return items;
      },
      { batch: 2 },
    );
    expect(await Promise.all([0, 1, 2, 3, 4].map((item) => group.add(item)))).toEqual([0, 1, 2, 3, 4]);
    expect(groups).toEqual([[0, 1], [2, 3], [4]]);
  });

  it("refuses an item when too many wait, and takes items again later", async () => {
    const slow = slowCommit();
    const group = new GroupCommit(slow.commit, { waiting: 2 });
    const first = group.add(0);
    await turn();
    const waiting = [group.add(1), group.add(2)];
    await expect(group.add(3)).rejects.toMatchObject({ code: "queue-full" });
    slow.end();
    await first;
    await turn();
    slow.end();
    await Promise.all(waiting);
    const again = group.add(4);
    await turn();
    slow.end();
    expect(await again).toBe("receipt 4");
  });

  it("rejects an item that a commit has no result for", async () => {
    const group = new GroupCommit(async () => []);
    await expect(group.add(0)).rejects.toThrow(TypeError);
  });
});
