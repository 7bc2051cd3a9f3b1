/** Converts milliseconds to whole seconds, rounded up, for values in seconds such as annotations. */
export function inSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1000);
}
