import { appendFileSync, readdirSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { PosternRun } from "../../PosternRun.ts";
import { RecordsBed, recordPods } from "../RecordsBed.ts";

function tail(...args: readonly string[]): PosternRun {
  const run = new PosternRun(["records", "tail", ...args]);
  onTestFinished(() => run.stop());
  return run;
}

describe("postern records tail", () => {
  it("begins with the last records of a store, follows it, and stops at SIGINT", async () => {
    const bed = RecordsBed.create();
    const { store, path } = bed.store();
    await recordPods(store, 0, 4);
    const run = tail("--lines", "2", path);
    await run.says(/web-3 [\s\S]*web-4 /);
    expect(run.out).not.toMatch(/web-2 /);
    await recordPods(store, 5, 7);
    await run.says(/web-5 [\s\S]*web-6 [\s\S]*web-7 /);
    run.signal("SIGINT");
    expect(await run.exit()).toBe(0);
    expect(run.out.split("\n").length).toBe(6);
    expect(run.err).toBe("");
  });

  it("follows a store into its next segments", async () => {
    const bed = RecordsBed.create();
    let day = 0;
    const { store, path } = bed.store({ now: () => Date.UTC(2026, 0, 1 + day) });
    await recordPods(store, 0, 1);
    const run = tail("--lines", "1", "--output", "json", path);
    await run.says(/web-1"/);
    for (day = 1; day <= 5; day += 1) await recordPods(store, 1 + day, 1 + day);
    await run.says(/web-6"/);
    const seqs = run.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readdirSync(`${path}/segments/production`).length).toBe(6);
  });

  it("prints only the records that fit, of a file that is written in parts", async () => {
    const bed = RecordsBed.create();
    const { batches } = await bed.chain([1, 6]);
    const path = bed.folder.write("chain.jsonl", batches[0] ?? "");
    const run = tail("--verdict", "denied", path);
    await run.says(/web-0 /);
    const text = batches[1] ?? "";
    for (let from = 0; from < text.length; from += 1_500) appendFileSync(path, text.slice(from, from + 1_500));
    await run.says(/web-3 [\s\S]*web-6 /);
    expect(run.out.match(/web-\d/g)).toEqual(["web-0", "web-3", "web-6"]);
  });
});
