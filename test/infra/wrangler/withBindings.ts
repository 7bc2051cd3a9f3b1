/**
 * The text of wrangler.toml with the commented lines of records uncommented: `main = "functions/workerRecords.ts"`, and the
 * tables that follow `[observability]`.
 */
export function withBindings(config: string): string {
  const lines = config
    .replace(/^main = .*\n/m, "")
    .replace(/^# (main = )/m, "$1")
    .split("\n");
  const from = lines.indexOf("[observability]");
  return lines.map((line, index) => (index > from && /^# (?:\[|\w+ = )/.test(line) ? line.slice(2) : line)).join("\n");
}
