import { parsedJson } from "../parsedJson.ts";
import { bytesOfHex, hexOf } from "../sha256.ts";
import { type BatchRoot, batchRootSchema } from "./BatchRoot.ts";
import { type InclusionProof, PROOF_VERSION } from "./InclusionProof.ts";
import { inclusionPath } from "./merkleRoot.ts";
import { ProofError } from "./ProofError.ts";
import type { SourceLine } from "./RecordSource.ts";
import { leafOf, merkleRootOf } from "./verify/merkleRootOf.ts";
import { isCheckpointLine, isRootLine, MAX_BATCH_LINES } from "./verify/readRootLine.ts";

/** Called after each batch with the number of records up to now. */
type OnProgress = (records: number) => void;

/**
 * The proofs of all records that `isWanted` takes, one batch in memory. Signatures are not checked, for that needs a key.
 * Throws {@link ProofError} `changed-batch` for a batch whose records do not lead to its root.
 */
export async function* proveInclusion(
  lines: AsyncIterable<SourceLine>,
  isWanted: (record: string) => boolean,
  onProgress: OnProgress = () => undefined,
): AsyncGenerator<InclusionProof> {
  let batch: string[] = [];
  let records = 0;
  for await (const { text, where } of lines) {
    if (isCheckpointLine(text)) continue;
    if (!isRootLine(text)) {
      if (batch.length >= MAX_BATCH_LINES)
        throw new ProofError(
          "changed-batch",
          `${where}: no signed root follows the records: run postern records verify`,
        );
      batch.push(text);
      continue;
    }
    const wanted = batch.flatMap((record, index) => (isWanted(record) ? index : []));
    if (wanted.length > 0) yield* proofsOf(batch, wanted, { text, where });
    records += batch.length;
    onProgress(records);
    batch = [];
  }
  if (batch.some(isWanted))
    throw new ProofError("changed-batch", "no signed root follows the record: run postern records verify");
}

async function* proofsOf(
  batch: readonly string[],
  wanted: readonly number[],
  { text, where }: SourceLine,
): AsyncGenerator<InclusionProof> {
  const leaves = batch.map(leafOf);
  const signed = signedRoot(text);
  if (signed === undefined || signed.root.root !== merkleRootOf(leaves) || signed.root.count !== leaves.length)
    throw new ProofError("changed-batch", `${where}: the batch is not what was signed: run postern records verify`);
  const hashes = leaves.map(bytesOfHex);
  for (const index of wanted) {
    const path = (await inclusionPath(hashes, index)).map(hexOf);
    const record = batch[index] ?? "";
    const { jws } = signed;
    yield { apiVersion: PROOF_VERSION, kind: "InclusionProof", record, index, size: batch.length, path, batch: jws };
  }
}

function signedRoot(text: string): { readonly jws: string; readonly root: BatchRoot } | undefined {
  const jws = /^\{"batch":"([\w.-]+)"\}$/.exec(text)?.[1];
  const payload = Buffer.from(jws?.split(".")[1] ?? "", "base64url").toString("utf8");
  const { data: root } = batchRootSchema.safeParse(parsedJson(payload));
  return jws === undefined || root === undefined ? undefined : { jws, root };
}
