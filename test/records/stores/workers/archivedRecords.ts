import { leafHash } from "../../../../src/records/chain/merkleRoot.ts";
import { type DecisionRecord, decisionRecordSchema } from "../../../../src/records/decision/decisionSchema.ts";
import { hexOf } from "../../../../src/records/sha256.ts";

/** The batches of a cluster, from its objects by key, in their order, each with its records. Rejects where a record does not follow the one before. */
export async function archivedRecords(
  objects: ReadonlyMap<string, string>,
): Promise<readonly (readonly DecisionRecord[])[]> {
  const batches: DecisionRecord[][] = [];
  let before: { readonly seq: number; readonly leaf: string } | undefined;
  for (const [key, text] of [...objects].sort()) {
    if (key.includes("~checkpoint")) continue;
    const records: DecisionRecord[] = [];
    for (const line of text.split("\n").slice(0, -2)) {
      const record = decisionRecordSchema.parse(JSON.parse(line));
      if (before !== undefined && (record.seq !== before.seq + 1 || record.prev !== before.leaf))
        throw new Error(`${key}: the record ${record.seq} does not follow ${before.seq}`);
      before = { seq: record.seq, leaf: hexOf(await leafHash(line)) };
      records.push(record);
    }
    batches.push(records);
  }
  return batches;
}
