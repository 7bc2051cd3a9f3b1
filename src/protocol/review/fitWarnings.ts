/** The API server shortens a warning to this length once the total is over its limit (`truncateItemRunes`, k8s.io/apiserver warning.go). */
const MAX_RUNES = 256;
/** The API server drops warnings beyond this total (`truncateAtTotalRunes`, same file). */
const MAX_TOTAL_RUNES = 4096;
const ELLIPSIS = "…";

/**
 * Holds warnings to the API server's limits: each at most 256 runes, at most 4,096 in total, no control characters (they
 * are sent in an HTTP Warning header), no duplicates. Text is cut between grapheme clusters, so an emoji of several
 * code points is kept or removed as a whole. A last line counts the warnings that do not fit.
 */
export function fitWarnings(warnings: readonly string[]): string[] {
  const lines = [...new Set(warnings.map((warning) => cut(withoutControls(warning), MAX_RUNES)))];
  const kept: string[] = [];
  let runes = 0;
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    const size = runeCount(line);
    if (runes + size + (isLast ? 0 : runeCount(remainder(lines.length))) > MAX_TOTAL_RUNES) {
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
  // A string never has more runes than code units, so most lines are not counted.
  if (line.length <= limit || runeCount(line) <= limit) return line;
  const room = limit - runeCount(ELLIPSIS);
  let end = 0;
  let runes = 0;
  // A rune has at most two code units, so the segmenter needs only twice the room.
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
