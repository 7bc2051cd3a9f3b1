import { RecordError } from "../RecordError.ts";

const DAY_MS = 86_400_000;
/** The longest retention of S3 Object Lock (AmazonS3/latest/API/API_DefaultRetention.html: 100 years). */
const MAX_DAYS = 36_500;

/**
 * Reads `POSTERN_RECORDS_KEEP_DAYS`: how long records are kept, in whole days. Returns milliseconds; undefined, for ever, when
 * it is not set. Throws {@link RecordError} `wrong-setting`.
 */
export function parseKeepDays(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const days = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MAX_DAYS)
    throw new RecordError("wrong-setting", `POSTERN_RECORDS_KEEP_DAYS is not a number of days from 1 to ${MAX_DAYS}`);
  return days * DAY_MS;
}
