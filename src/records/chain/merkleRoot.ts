import { sha256 } from "../sha256.ts";

type Hash = Uint8Array<ArrayBuffer>;

/** The hash of a leaf (RFC 6962, section 2.1): SHA-256 of a zero byte and the text in UTF-8. */
export function leafHash(text: string): Promise<Hash> {
  const bytes = new TextEncoder().encode(text);
  const prefixed = new Uint8Array(bytes.length + 1);
  prefixed.set(bytes, 1);
  return sha256(prefixed);
}

/** The hash of two subtrees (RFC 6962, section 2.1). */
function nodeHash(left: Hash, right: Hash): Promise<Hash> {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** The root of the Merkle tree over leaf hashes (RFC 6962, section 2.1). Throws `RangeError` for an empty list. */
export async function merkleRoot(leaves: readonly Hash[]): Promise<Hash> {
  const [only] = leaves;
  if (only === undefined) throw new RangeError("a tree needs a leaf");
  if (leaves.length === 1) return only;
  const split = splitOf(leaves.length);
  return nodeHash(await merkleRoot(leaves.slice(0, split)), await merkleRoot(leaves.slice(split)));
}

/** The audit path of a leaf, from the leaf to the root (RFC 6962, section 2.1.1). */
export async function inclusionPath(leaves: readonly Hash[], index: number): Promise<readonly Hash[]> {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError("no leaf of that index");
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...(await inclusionPath(left, index)), await merkleRoot(right)]
    : [...(await inclusionPath(right, index - split)), await merkleRoot(left)];
}

/**
 * The root that an audit path leads to from the leaf `index` of `size` leaves (RFC 9162, section 2.1.3.2); undefined for a
 * path of another length than such a tree has.
 */
export async function rootOfPath(
  leaf: Hash,
  { index, size }: { readonly index: number; readonly size: number },
  path: readonly Hash[],
): Promise<Hash | undefined> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined;
  let [node, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = await nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else root = await nodeHash(root, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
