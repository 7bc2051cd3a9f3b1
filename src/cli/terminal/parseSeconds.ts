import { InvalidArgumentError } from "commander";

/** A day. */
const MOST = 86_400;

/** An option's number of seconds. Throws what commander makes a usage fault of. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,5}$/.test(text) || seconds < 1 || seconds > MOST)
    throw new InvalidArgumentError(`expected a number of seconds from 1 to ${MOST}`);
  return seconds;
}
