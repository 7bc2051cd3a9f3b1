/** A place as the policy writes it: `https://`, then host, port and base path. */
const FRONT =
  /^https:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?:[1-9][0-9]{0,4}|\*))?(?:\/[A-Za-z0-9_.~-]+)*$/;
/** What no base URL of a gate has. See src/protocol/gateUrl.ts. */
const NOT_A_BASE = /\/(?:\.{1,2}|[ckCK])(?:\/|$)/;

/**
 * Whether the ValidatingAdmissionPolicy of the sync lets it move the gate to a base URL. `lines`: those under `hosts` in the
 * ConfigMap postern-sync, `HOST`, `HOST:PORT`, `HOST:*` or `HOST:PORT/BASE`. `HOST` is the port 443.
 */
export function isListedPlace(lines: readonly string[], base: string): boolean {
  const fronts = new Set(lines.flatMap((line) => frontOf(line.trim()) ?? []));
  const anyPort = /^(https:\/\/(?:\[[^\]]*\]|[^:/]*))(?::[0-9]+)?$/.exec(base)?.[1];
  return fronts.has(base) || (anyPort !== undefined && fronts.has(`${anyPort}:*`));
}

/** The line that lists a base URL. An IPv6 address has brackets only before a port or a base path. */
export function lineOfPlace(base: string): string {
  return base.replace(/^https:\/\//, "").replace(/^\[([^\]]*)\]$/, "$1");
}

function frontOf(line: string): string | undefined {
  const isBare = /^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/.test(line);
  const front = `https://${isBare ? `[${line}]` : line.replace(/^(\[[^\]]*\]|[^:/]*):443(?=\/|$)/, "$1")}`;
  return FRONT.test(front) && !NOT_A_BASE.test(front) ? front : undefined;
}
