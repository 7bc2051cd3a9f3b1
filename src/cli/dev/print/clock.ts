/** The time of a line, `HH:MM:SS` in UTC, as in verdict lines. `ms` is milliseconds since the epoch. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}
