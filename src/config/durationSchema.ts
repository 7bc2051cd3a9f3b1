import * as z from "zod/mini";
import { readDuration } from "./readDuration.ts";

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
