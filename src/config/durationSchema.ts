import * as z from "zod/mini";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as configs write it, read as milliseconds. */
export const durationSchema = z.pipe(
  z.string().check(z.refine((text) => readDuration(text) !== undefined, "expected a duration such as 24h, 30m or 5s")),
  z.transform((text) => readDuration(text) ?? 0),
);
/** What a timer takes: one that is longer goes off at once (2^31 - 1 ms, Node's `setTimeout`). */
const LONGEST_TIMER = 2_147_483_647;
/** One that something waits for. */
export const timerSchema = durationSchema.check(z.refine((time) => time <= LONGEST_TIMER, "expected 24d or less"));
/** One that a call may take. */
export const timeLimitSchema = timerSchema.check(z.refine((time) => time > 0, "expected more than nothing"));

/** `24h`, `30m`, `5s` or `200ms` in milliseconds; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return factor === undefined ? undefined : Number(number) * factor;
}
