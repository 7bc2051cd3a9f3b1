import { utcSeconds } from "../../identity/capability/readKeySet.ts";
import { printable } from "../../telemetry/printable.ts";
import { MIN_AGE_MS } from "./rotateKeySet.ts";

/** What to do with a new set: set it everywhere, and when it can be rotated. `file` is undefined for standard output. */
export function nextStepText(file: string | undefined, nowMs: number): string {
  const name = file === undefined ? "FILE" : shellWord(file);
  return `
Set POSTERN_CAPABILITY_KEYS on every instance of the gate:
  Workers  npx wrangler secret put POSTERN_CAPABILITY_KEYS < ${name}
  others   export POSTERN_CAPABILITY_KEYS="$(cat ${name})"
A process on Node reads it only when it starts: start it again.
When it is set everywhere, and not before ${utcSeconds(nowMs + MIN_AGE_MS)}, the next
rotation is possible: postern keys rotate ${name}
`;
}

/** A path as one word of a POSIX shell. */
function shellWord(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : printable(`'${path.replaceAll("'", "'\\''")}'`);
}
