/** The API server cuts a warning here once the total is over its limit (`truncateItemRunes`, k8s.io/apiserver warning.go). */
const RUNES_EACH = 256;
/** The API server drops what comes after this many (`truncateAtTotalRunes`, same file). */
const RUNES_IN_ALL = 4096;
const ELLIPSIS = "…";

/**
 * Keeps warnings inside the API server's limits: each at most 256 runes, 4,096 in all, no control characters (they
 * travel in an HTTP Warning header), no repeats. A cut falls between characters as people see them, so an emoji made
 * of several code points stays whole or goes; what no longer fits is counted in a last line.
 */
export function fitWarnings(warnings: readonly string[]): string[] {
  const lines = [...new Set(warnings.map((warning) => cut(withoutControls(warning), RUNES_EACH)))];
  const kept: string[] = [];
  let runes = 0;
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    const size = runeCount(line);
    if (runes + size + (isLast ? 0 : runeCount(remainder(lines.length))) > RUNES_IN_ALL) {
      kept.push(remainder(lines.length - index));
      break;
    }
    kept.push(line);
    runes += size;
  }
  return kept;
}

function remainder(count: number): string {
  return `postern: ${count} more warning${count === 1 ? "" : "s"} left out`;
}

function cut(line: string, limit: number): string {
  // A string never has more runes than code units, so most lines need no counting.
  if (line.length <= limit || runeCount(line) <= limit) return line;
  const room = limit - runeCount(ELLIPSIS);
  let end = 0;
  let runes = 0;
  // Twice the room in code units holds every rune that could be kept; the segmenter need not see the rest.
  for (const { segment, index } of new Intl.Segmenter().segment(line.slice(0, limit * 2 + 2))) {
    runes += runeCount(segment);
    if (runes > room) break;
    end = index + segment.length;
  }
  const kept = end > 0 ? line.slice(0, end) : [...line].slice(0, room).join("");
  return kept + ELLIPSIS;
}

function runeCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function withoutControls(line: string): string {
  return line.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}
