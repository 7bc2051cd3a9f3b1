import type { BatchRoot } from "../BatchRoot.ts";
import type { ChainEntry } from "./ChainEntry.ts";
import type { ChainFinding } from "./Findings.ts";
import { merkleRootOf } from "./merkleRootOf.ts";
import { nameChanges } from "./nameChanges.ts";

/** Checks the lines of a batch against its root, whose signature is right. `where` is the place of the root. */
export function checkRecords(entries: readonly ChainEntry[], root: BatchRoot, where: string): readonly ChainFinding[] {
  const leaves = entries.map(({ leaf }) => leaf);
  const isSigned = leaves.length === root.count && merkleRootOf(leaves) === root.root;
  return isSigned ? signedFaults(entries, root, where) : nameChanges(entries, root, where);
}

/** What is wrong with records that are as they were signed: faults of the writer, not of the store. */
function signedFaults(entries: readonly ChainEntry[], root: BatchRoot, where: string): readonly ChainFinding[] {
  const findings: ChainFinding[] = [];
  let prev: string | undefined;
  for (const [index, entry] of entries.entries()) {
    const add = (code: ChainFinding["code"], message: string): unknown =>
      findings.push({ code, where: entry.where, seq: root.first + index, batch: root.batch, message });
    if (entry.fault !== undefined) add("unknown-form", `record ${root.first + index} is signed, but ${entry.fault}`);
    else if (entry.seq !== root.first + index)
      add("broken-link", `record ${entry.seq} is signed as ${root.first + index}`);
    else if (prev !== undefined && entry.prev !== prev)
      add("broken-link", `record ${entry.seq} does not follow the one before`);
    else if (entry.cluster !== root.cluster)
      add("other-cluster", `record ${entry.seq} is of the cluster ${entry.cluster}`);
    else if (entry.at !== root.at) add("wrong-time", `record ${entry.seq} has another time than its batch`);
    prev = entry.leaf;
  }
  if (prev !== root.head)
    findings.push({
      code: "broken-link",
      where,
      batch: root.batch,
      message: `batch ${root.batch} names another last record`,
    });
  return findings;
}
