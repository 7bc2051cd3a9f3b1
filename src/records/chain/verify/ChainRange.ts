import type { BatchRoot } from "../BatchRoot.ts";

/** A place in a chain: a record, or a time in milliseconds since 1970. */
export type ChainPosition = { readonly seq: number } | { readonly atMs: number };

/** The part of a chain to verify: whole batches, from the one of `from` to the one of `to`. */
export interface ChainRange {
  readonly from?: ChainPosition | undefined;
  readonly to?: ChainPosition | undefined;
}

/** Where a batch is: before the range, in it, or after it. */
export function placeInRange(root: BatchRoot, { from, to }: ChainRange): "before" | "in" | "after" {
  const atMs = Date.parse(root.at);
  if (from !== undefined && ("seq" in from ? root.first + root.count <= from.seq : atMs < from.atMs)) return "before";
  if (to !== undefined && ("seq" in to ? root.first > to.seq : atMs > to.atMs)) return "after";
  return "in";
}
