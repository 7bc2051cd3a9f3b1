import { type DerReader, TAG } from "./DerReader.ts";

const UTC = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/**
 * Reads a time (RFC 5280 4.1.2.5), in UTC and whole seconds. Go also reads offsets and times without seconds, which the
 * RFC forbids. Throws {@link TrustError} `bad-certificate`.
 */
export function readTime(reader: DerReader): Date {
  const isUtcTime = reader.nextTag === TAG.utcTime;
  const { content } = reader.readElement(isUtcTime ? TAG.utcTime : TAG.generalizedTime);
  const text = Buffer.from(content).toString("latin1");
  const [, years, ...parts] = (isUtcTime ? UTC : GENERALIZED).exec(text) ?? [];
  if (years === undefined) throw reader.fault("has a malformed time");
  // Two digits mean 1950 to 2049.
  const year = Number(years) + (isUtcTime ? (Number(years) >= 50 ? 1900 : 2000) : 0);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const exists =
    time.getUTCFullYear() === year &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour &&
    time.getUTCMinutes() === minute &&
    time.getUTCSeconds() === second;
  if (!exists) throw reader.fault("has a time that does not exist");
  return time;
}
