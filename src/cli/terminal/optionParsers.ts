import { InvalidArgumentError } from "commander";

/** Longest duration that {@link parseSeconds} accepts: one day. */
const MAX_SECONDS = 86_400;

/** Parses a port, 0 to 65535. Throws `InvalidArgumentError`, which commander reports as a usage error. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return port;
}

/** Parses a number of whole seconds, 1 to 86400. Throws `InvalidArgumentError`. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,5}$/.test(text) || seconds < 1 || seconds > MAX_SECONDS)
    throw new InvalidArgumentError(`expected a number of seconds from 1 to ${MAX_SECONDS}`);
  return seconds;
}

/** Parses the number of nodes of a cluster, 1 to 999999. Throws `InvalidArgumentError`. */
export function parseNodes(text: string): number {
  const nodes = Number(text);
  if (!/^\d{1,6}$/.test(text) || nodes < 1)
    throw new InvalidArgumentError("expected a number of nodes from 1 to 999999");
  return nodes;
}

/** Collects the values of an option that may be given several times, in their order. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}
