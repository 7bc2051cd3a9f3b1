const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses `24h`, `30m`, `5s` or `200ms` to milliseconds. Undefined for any other text. */
export function readDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}
