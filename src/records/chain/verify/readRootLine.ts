import { BATCH_TYPE, type BatchRoot, batchRootSchema } from "../BatchRoot.ts";
import { CHECKPOINT_TYPE, type Checkpoint, checkpointSchema } from "../checkpoint.ts";
import { type JwsFault, openJws } from "./openJws.ts";
import type { TrustedKeys } from "./TrustedKeys.ts";

/** Lines that a reader holds to find their root. A batch of a gate has at most 256 records of 64 KiB, see `GroupCommit`. */
export const MAX_BATCH_LINES = 1_024;

/** A signed line. `content` is what it says, also where the signature does not count. */
export interface SignedLine<T> {
  readonly jws: string;
  /** `unreadable`: no JWS, or content of another form. */
  readonly fault: Exclude<JwsFault, "no-jws"> | "unreadable" | undefined;
  readonly content: T | undefined;
  readonly kid: string | undefined;
}

/** Whether a line is the root of a batch, in whatever state. */
export function isRootLine(text: string): boolean {
  return text.startsWith('{"batch":');
}

/** Whether a line is a checkpoint, in whatever state. */
export function isCheckpointLine(text: string): boolean {
  return text.startsWith('{"checkpoint":');
}

/** Reads `{"batch":"JWS"}`, as `batchText` writes it. */
export function readRootLine(text: string, keys: TrustedKeys): SignedLine<BatchRoot> {
  return signedLine(text, { member: "batch", type: BATCH_TYPE, keys }, (it) => {
    const { success, data } = batchRootSchema.safeParse(it);
    return success && isTime(data.at) ? data : undefined;
  });
}

/** Reads `{"checkpoint":"JWS"}`, as `checkpointText` writes it. */
export function readCheckpointLine(text: string, keys: TrustedKeys): SignedLine<Checkpoint> {
  return signedLine(text, { member: "checkpoint", type: CHECKPOINT_TYPE, keys }, (it) => {
    const { success, data } = checkpointSchema.safeParse(it);
    return success && isTime(data.at) && isTime(data.lastAt) ? data : undefined;
  });
}

function signedLine<T>(
  text: string,
  { member, type, keys }: { readonly member: string; readonly type: string; readonly keys: TrustedKeys },
  read: (payload: unknown) => T | undefined,
): SignedLine<T> {
  const head = `{"${member}":"`;
  const jws = text.startsWith(head) && text.endsWith('"}') ? text.slice(head.length, -2) : "";
  const { fault, kid, payload } = openJws(jws, type, keys);
  const content = read(payload);
  const isReadable = fault !== "no-jws" && content !== undefined;
  return { jws, kid, content, fault: isReadable ? fault : "unreadable" };
}

/** Whether a text is a time as `Date.toISOString` writes it, so that texts sort as times do. */
function isTime(text: string): boolean {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}
