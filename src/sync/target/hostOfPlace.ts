/**
 * The host of a line under `hosts` in the ConfigMap postern-sync: `HOST`, `HOST:PORT`, `HOST:*` or `HOST:PORT/BASE`, as the
 * ValidatingAdmissionPolicy reads it. An IPv6 address has brackets there only before a port, and none in the result.
 */
export function hostOfPlace(line: string): string {
  if (/^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/.test(line)) return line;
  return /^(?:\[([^\]]*)\]|([^:/]*))/.exec(line)?.slice(1).join("") ?? "";
}
