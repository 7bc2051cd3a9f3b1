import { type DerReader, TAG } from "./DerReader.ts";

const UTC = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{4})$/;
const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(Z|[+-]\d{4})$/;
const MINUTE_MS = 60_000;

/**
 * Reads a time (RFC 5280 4.1.2.5), in UTC and whole seconds. Offsets, and a UTCTime without seconds, are forbidden by the
 * RFC, but Go reads them (cryptobyte, ReadASN1UTCTime). Throws {@link TrustError} `bad-certificate`.
 */
export function readTime(reader: DerReader): Date {
  const isUtcTime = reader.nextTag === TAG.utcTime;
  const { content } = reader.readElement(isUtcTime ? TAG.utcTime : TAG.generalizedTime);
  const text = Buffer.from(content).toString("latin1");
  const [, years, ...rest] = (isUtcTime ? UTC : GENERALIZED).exec(text) ?? [];
  if (years === undefined) throw reader.fault("has a malformed time");
  const offset = offsetMinutes(rest.pop() ?? "Z", reader);
  // Two digits mean 1950 to 2049.
  const year = Number(years) + (isUtcTime ? (Number(years) >= 50 ? 1900 : 2000) : 0);
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.map((part) => Number(part ?? 0));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const time = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  time.setUTCFullYear(year, month - 1, day);
  const exists =
    time.getUTCFullYear() === year &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour &&
    time.getUTCMinutes() === minute &&
    time.getUTCSeconds() === second;
  if (!exists) throw reader.fault("has a time that does not exist");
  return new Date(time.getTime() - offset * MINUTE_MS);
}

/** The offset from UTC. An offset of 0 must be `Z`: Go reads a time only in the spelling in which it would write it. */
function offsetMinutes(zone: string, reader: DerReader): number {
  if (zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3))];
  if (hours > 24 || minutes > 59 || hours + minutes === 0) throw reader.fault("has a malformed time");
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
