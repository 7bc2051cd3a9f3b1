import { createHash } from "node:crypto";

/** What the first line of a file says that `postern render --all` wrote. */
export interface Mark {
  readonly cluster: string;
  readonly gate: string;
  /** Whether nobody has changed the file since. */
  readonly isUnchanged: boolean;
}

const MARK =
  /^# Written by postern render --all for the cluster ([a-z0-9.-]{1,253}) of the gate ([a-z0-9-]{1,63}), sha256:([0-9a-f]{64})\. Change the gate, not this file\.\n/;

/** The text of a file, with a first line that says who wrote it and the digest of the rest. */
export function markedText(cluster: string, gate: string, body: string): string {
  return `# Written by postern render --all for the cluster ${cluster} of the gate ${gate}, sha256:${digestOf(body)}. Change the gate, not this file.\n${body}`;
}

/** Reads that line; undefined for a file that `postern render --all` did not write. */
export function readMark(text: string): Mark | undefined {
  const plain = withUnixLines(text);
  const [line, cluster, gate, digest] = MARK.exec(plain) ?? [];
  if (line === undefined || cluster === undefined || gate === undefined) return undefined;
  return { cluster, gate, isUnchanged: digestOf(plain.slice(line.length)) === digest };
}

/** Git may check files out with the line ends of Windows. */
export function withUnixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function digestOf(body: string): string {
  return createHash("sha256").update(body).digest("hex");
}
