const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?(?:Z|([+-])(\d{2}):(\d{2})))?$/;

/**
 * Reads a point in time: a date, which is its midnight in UTC, or a date and a time with `Z` or an offset (RFC 3339), such as
 * `2026-12-01` and `2026-12-01T09:00:00+01:00`. Milliseconds since 1970; undefined for another text, a day that no month has,
 * and a time without a zone, which is another instant on each machine.
 */
export function parseInstant(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((it) => Number(it ?? 0));
  const offset = (Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)) * (match[7] === "-" ? -1 : 1);
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const isDay = new Date(local).toISOString().startsWith(text.slice(0, 10));
  const isTime = hour < 24 && minute < 60 && second < 60 && Number(match[8] ?? 0) < 24 && Number(match[9] ?? 0) < 60;
  return isDay && isTime ? local - offset * 60_000 : undefined;
}
