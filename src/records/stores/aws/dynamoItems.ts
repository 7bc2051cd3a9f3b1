import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import type { ChainHead } from "../../chain/ChainHead.ts";
import { RecordError } from "../../RecordError.ts";

const count = z.pipe(
  z.object({ N: z.string().check(z.regex(/^\d{1,15}$/)) }),
  z.transform(({ N }) => Number(N)),
);
const hash = z.pipe(
  z.object({ S: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
  z.transform(({ S }) => S),
);
const chain = { batch: count, seq: count, prev: hash, previousBatch: hash, at: count };

const headSchema = z.object({ ...chain, archived: count });
const cutSchema = z.object(chain);
const partSchema = z.object({
  batch: count,
  part: count,
  parts: count,
  data: z.object({ B: z.instanceof(Uint8Array) }),
});
const callSchema = z.object({
  sk: z.object({ S: z.string().check(z.regex(/^call#[0-9a-f]{64}#[0-9a-f]{64}#[0-9a-f]{64}$/)) }),
  seq: count,
  leaf: hash,
});

/** An item as DynamoDB has it. */
export type DynamoItem = Readonly<Record<string, AttributeValue>>;

/** The end of a chain with the number of batches that the archive has. */
export interface LoggedEnd extends ChainHead {
  readonly archived: number;
}

/** The attributes of a chain's end. */
export function itemOfHead({ batch, seq, prev, previousBatch, at }: ChainHead): DynamoItem {
  return {
    batch: { N: String(batch) },
    seq: { N: String(seq) },
    prev: { S: prev },
    previousBatch: { S: previousBatch },
    at: { N: String(at) },
  };
}

/** Reads the item `head`. Throws {@link RecordError} `store-conflict`, as do the other readers. */
export function readHead(item: DynamoItem): LoggedEnd {
  return checked(headSchema.safeParse(item));
}

/** Reads an item `day#DATE`. */
export function readCut(item: DynamoItem): ChainHead {
  return checked(cutSchema.safeParse(item));
}

/** Reads a part of a batch. */
export function readPart(item: DynamoItem): {
  readonly batch: number;
  readonly part: number;
  readonly parts: number;
  readonly data: Uint8Array;
} {
  const { batch, part, parts, data } = checked(partSchema.safeParse(item));
  return { batch, part, parts, data: data.B };
}

/** Reads an item `call#...`. */
export function readCall(item: DynamoItem): {
  readonly digest: string;
  readonly verdict: string;
  readonly seq: number;
  readonly leaf: string;
} {
  const { sk, seq, leaf } = checked(callSchema.safeParse(item));
  const [, , digest = "", verdict = ""] = sk.S.split("#");
  return { digest, verdict, seq, leaf };
}

function checked<T>(read: { readonly success: true; readonly data: T } | { readonly success: false }): T {
  if (read.success) return read.data;
  throw new RecordError("store-conflict", "the log of the records has an item that Postern did not write");
}
