import { describe, expect, it } from "vitest";
import { checkProof } from "../../../src/records/chain/checkProof.ts";
import type { InclusionProof } from "../../../src/records/chain/InclusionProof.ts";
import type { ProofErrorCode } from "../../../src/records/chain/ProofError.ts";
import { proveInclusion } from "../../../src/records/chain/proveInclusion.ts";
import { textLines } from "../../../src/records/stores/textLines.ts";
import { testChain, testKey } from "./testChain.ts";
import { inChunks } from "./verifyLines.ts";

const key = testKey();

const proofsIn = async (text: string, isWanted: (line: string) => boolean = () => true): Promise<InclusionProof[]> => {
  const proofs: InclusionProof[] = [];
  for await (const proof of proveInclusion(textLines(inChunks(Buffer.from(text)), "f"), isWanted)) proofs.push(proof);
  return proofs;
};

it("a proof holds for each record of batches of 1 to 40 records", async () => {
  const chain = await testChain(
    Array.from({ length: 40 }, (_, index) => index + 1),
    key,
  );
  const proofs = await proofsIn(chain.batches.join(""));
  expect(proofs.length).toBe(820);
  for (const [seq, proof] of proofs.entries()) {
    const proven = await checkProof(JSON.parse(JSON.stringify(proof)), key.keys);
    expect(proven).toMatchObject({ record: { seq }, root: { count: proof.size }, kid: key.keys.kids[0] });
  }
});

it("a proof of each wanted record is made, and of no other", async () => {
  const chain = await testChain([3, 3], key);
  const proofs = await proofsIn(chain.batches.join(""), (line) => /"name":"web-[14]"/.test(line));
  expect(proofs.map(({ index }) => index)).toEqual([1, 1]);
});

it("no proof is made of a batch that is not what was signed", async () => {
  const chain = await testChain([3, 3], key);
  const text = chain.batches.join("");
  const cases = [text.replace("web-2", "web-x"), text.replace(/.*\n/, ""), text.replace(/.*\n$/, "")];
  for (const changed of cases) await expect(proofsIn(changed)).rejects.toMatchObject({ code: "changed-batch" });
});

describe("a proof", () => {
  const proof = async (): Promise<InclusionProof> => {
    const chain = await testChain([2, 5], key);
    const [, , , , made] = await proofsIn(chain.batches.join(""));
    if (made === undefined) throw new Error("no proof");
    return made;
  };

  it.each<[what: string, code: ProofErrorCode, edit: (proof: InclusionProof) => object | string]>([
    ["of another record", "wrong-root", (it) => ({ record: it.record.replace("web-4", "web-5") })],
    ["with another index", "wrong-root", (it) => ({ index: it.index + 1 })],
    ["with another size", "wrong-root", (it) => ({ size: it.size + 1 })],
    ["with an index past the size", "wrong-root", (it) => ({ index: it.size })],
    ["with another path", "wrong-root", (it) => ({ path: it.path.toReversed() })],
    ["with a longer path", "wrong-root", (it) => ({ path: [...it.path, it.path[0]] })],
    ["without a path", "wrong-root", () => ({ path: [] })],
    [
      "with another signature",
      "wrong-signature",
      (it) => ({ batch: it.batch.replace(/\.[^.]{4}(?=[^.]*$)/, ".AAAA") }),
    ],
    ["without a signature", "wrong-signature", (it) => ({ batch: it.batch.replace(/[^.]*$/, "") })],
    ["of another version", "no-proof", () => ({ apiVersion: "records.postern.dev/v0" })],
    ["with a hash that is none", "no-proof", () => ({ path: ["xyz"] })],
    ["that is a text", "no-proof", () => "text"],
  ])("%s does not hold", async (_, code, edit) => {
    const made = await proof();
    const change = edit(made);
    const edited = typeof change === "string" ? change : { ...made, ...change };
    await expect(checkProof(edited, key.keys)).rejects.toMatchObject({ code });
  });

  it("of a key that is not trusted does not hold", async () => {
    await expect(checkProof(await proof(), testKey().keys)).rejects.toMatchObject({
      code: "wrong-signature",
      message: expect.stringContaining("not trusted"),
    });
  });
});
