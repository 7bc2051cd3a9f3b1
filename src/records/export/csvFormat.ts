import { printable } from "../../telemetry/printable.ts";
import type { DecisionRecord } from "../decision/decisionSchema.ts";
import type { RecordFormat } from "./RecordFormat.ts";

/** What `printable` shows as escapes, without tabs and line breaks. */
const CONTROLS = /(?![\t\r\n])[\p{Cc}\p{Bidi_Control}]/gu;

type Cell = string | number | boolean | undefined;

/** The columns, in their order. Lists are joined with a blank. */
const COLUMNS: Readonly<Record<string, (record: DecisionRecord) => Cell>> = {
  time: ({ at }) => at,
  cluster: ({ decision }) => decision.cluster,
  seq: ({ seq }) => seq,
  uid: ({ decision }) => decision.request.uid,
  verdict: ({ decision }) => (decision.verdict.allowed ? "allowed" : "denied"),
  code: ({ decision }) => decision.verdict.code,
  message: ({ decision }) => decision.verdict.message,
  denied_by: (record) => policiesWith(record, "deny"),
  would_be_denied_by: (record) => policiesWith(record, "would-deny"),
  warnings: ({ decision }) => decision.verdict.warnings.join("\n"),
  purpose: ({ decision }) => decision.request.purpose,
  operation: ({ decision }) => decision.request.operation,
  group: ({ decision }) => decision.request.kind?.group,
  version: ({ decision }) => decision.request.kind?.version,
  kind: ({ decision }) => decision.request.kind?.kind,
  resource: ({ decision }) => decision.request.resource?.resource,
  subresource: ({ decision }) => decision.request.subresource,
  namespace: ({ decision }) => decision.request.namespace,
  name: ({ decision }) => decision.request.name,
  dry_run: ({ decision }) => decision.request.dryRun,
  user: ({ decision }) => decision.user.name ?? decision.user.nameHash,
  groups: ({ decision }) => (decision.user.groups ?? decision.user.groupHashes)?.join(" "),
  identity: ({ decision }) => decision.identity.tier,
  entry: ({ decision }) => decision.request.entry,
  part: ({ decision }) => decision.request.part,
  object_hash: ({ decision }) => decision.request.objectHash,
  patch_hash: ({ decision }) => decision.verdict.patchHash,
  duration_ms: ({ decision }) => decision.durationMs,
  gate_version: ({ decision }) => decision.gate.version,
  trace_id: ({ decision }) => decision.traceId,
};

/**
 * Comma-separated values (RFC 4180) with a line of column names. Lines end with CR LF. A text that a spreadsheet would take
 * for a formula, because it begins with `=`, `+`, `-`, `@` (also in full width), a tab or a line break, has a `'` before it
 * (owasp.org/www-community/attacks/CSV_Injection). Other control characters are escapes such as `\u001b`, for a terminal would
 * act on them.
 */
export const csvFormat: RecordFormat = {
  head: `${Object.keys(COLUMNS).join(",")}\r\n`,
  line: (record) =>
    `${Object.values(COLUMNS)
      .map((column) => cellText(column(record)))
      .join(",")}\r\n`,
};

function policiesWith({ decision }: DecisionRecord, effect: string): string {
  const { policies } = decision.verdict;
  return policies
    .filter(({ findings }) => findings.some((it) => it.effect === effect))
    .map(({ policy }) => policy)
    .join(" ");
}

function cellText(cell: Cell): string {
  if (typeof cell !== "string") return cell === undefined ? "" : String(cell);
  const shown = cell.replace(CONTROLS, printable);
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
