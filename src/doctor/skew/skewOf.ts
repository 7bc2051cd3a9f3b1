/** How far another version is from one's own, and whether the two work together. */
export interface Skew {
  readonly direction: "behind" | "same" | "ahead";
  /** Whether the policy of upgrades covers it: one minor version, or the step to the next major version. */
  readonly isCovered: boolean;
}

/**
 * Compares a version with one's own. Patches and pre-releases do not count: they change nothing that another part meets.
 * Undefined for a text that is no version.
 */
export function skewOf(version: string, own: string): Skew | undefined {
  const [theirs, ours] = [numbersOf(version), numbersOf(own)];
  if (theirs === undefined || ours === undefined) return undefined;
  const [majors, minors] = [theirs.major - ours.major, theirs.minor - ours.minor];
  if (majors === 0)
    return { direction: minors === 0 ? "same" : minors < 0 ? "behind" : "ahead", isCovered: Math.abs(minors) <= 1 };
  // Which minor version is the last one before a major version is not in its number.
  const later = majors < 0 ? ours : theirs;
  return { direction: majors < 0 ? "behind" : "ahead", isCovered: Math.abs(majors) === 1 && later.minor === 0 };
}

function numbersOf(version: string): { readonly major: number; readonly minor: number } | undefined {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})\.\d{1,6}(?:[-+].*)?$/.exec(version) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
