import * as z from "zod/mini";
import { readDuration } from "../protocol/readDuration.ts";

/** A duration such as `24h`, `30m`, `5s` or `200ms`, parsed to milliseconds. */
export const durationSchema = z.pipe(
  z.string().check(z.refine((text) => readDuration(text) !== undefined, "expected a duration such as 24h, 30m or 5s")),
  z.transform((text) => readDuration(text) ?? 0),
);
/** The longest timer (2^31 - 1 ms). Node's `setTimeout` fires a longer one immediately. */
const MAX_TIMER_MS = 2_147_483_647;
/** A duration that a timer can wait for. */
export const timerSchema = durationSchema.check(z.refine((time) => time <= MAX_TIMER_MS, "expected 24d or less"));
/** A time limit: a timer duration above 0. */
export const timeLimitSchema = timerSchema.check(z.refine((time) => time > 0, "expected more than 0"));
