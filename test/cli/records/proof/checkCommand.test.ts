import { describe, expect, it } from "vitest";
import { testDecision, testKey } from "../../../records/chain/testChain.ts";
import { runPostern } from "../../runPostern.ts";
import { RecordsBed } from "../RecordsBed.ts";

async function proof(bed: RecordsBed): Promise<string> {
  const { out } = await runPostern(["records", "prove", testDecision(3).request.uid, await bed.export([2, 3])]);
  return out;
}
const check = (bed: RecordsBed, stdin: string, ...args: readonly string[]) =>
  runPostern(["records", "check", "--key", bed.keys, ...args, "-"], { stdin });

describe("postern records check", () => {
  it("says what a proof shows", async () => {
    const bed = RecordsBed.create();
    const { code, out } = await check(bed, await proof(bed));
    expect(code).toBe(0);
    const [line, more] = out.split("\n");
    expect(line).toMatch(/^holds {2}2026-01-02T03:04:06.000Z production denied {2}CREATE Pod übung\/web-3 by system:/);
    expect(more).toBe(`       record 3, signed in batch 1 with the key ${bed.key.keys.kids[0]}`);
  });

  it("takes a file, and a proof that was formatted anew", async () => {
    const bed = RecordsBed.create();
    const path = bed.folder.write("proof.json", JSON.stringify(JSON.parse(await proof(bed)), null, 2));
    const { code, out } = await runPostern(["records", "check", path, "--key", bed.keys, "--output", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      result: "holds",
      record: { seq: 3 },
      batch: { batch: 1, cluster: "production" },
    });
  });

  it("exits with 1 when one of several does not hold", async () => {
    const bed = RecordsBed.create();
    const good = await proof(bed);
    const bad = good.replace("web-3", "web-4");
    expect(await check(bed, good + bad)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^holds[\s\S]*\ndoes not hold {2}the record is not in the batch: /),
    });
    const { out } = await check(bed, bad, "--output", "json");
    expect(JSON.parse(out)).toMatchObject({ result: "does not hold", code: "wrong-root" });
  });

  it("exits with 1 for a key that is not trusted", async () => {
    const bed = RecordsBed.create();
    const key = bed.folder.write("other.jwks", testKey().jwks);
    const made = await proof(bed);
    expect(await runPostern(["records", "check", "--key", key, "-"], { stdin: made })).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^does not hold {2}signed with the key .*, which is not trusted\n$/),
    });
  });

  it.each<[what: string, text: string, err: string]>([
    ["nothing", "", "(standard input): has no proof; expected the output of postern records prove"],
    ["another text", "a\nb\n", "(standard input): is not a proof of postern records prove"],
    ["another object", "{}", "(standard input): is not a proof of postern records prove"],
  ])("exits with 2 for %s", async (_, text, err) => {
    expect(await check(RecordsBed.create(), text)).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });
});
