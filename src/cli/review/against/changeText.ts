import { printable } from "../../../telemetry/printable.ts";
import { jsonLine } from "../../terminal/jsonLine.ts";
import { type Output, paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { GateChange } from "./GateChange.ts";

const COLOURS = { loosened: "red", changed: "yellow", "not compared": "yellow" } as const;
const INDENT = " ".repeat(14);
/** More names are counted. */
const MAX_NAMES = 5;

/** A change for people: what, where, from -> to, and from when on. At 80 columns. */
export function changeText(terminal: Terminal, output: Output, change: GateChange): string {
  const { result, from, to, sinceMs } = change;
  const when = sinceMs === undefined ? "" : `, from ${instantText(sinceMs)} on`;
  const line = printable(`${whatText(change)}${whereText(change)}: ${from} -> ${to}${when}`);
  return `${paint(terminal, output, COLOURS[result], result.padEnd(12))}  ${wrapText(line, INDENT)}\n`;
}

/** A change as a line of JSON. What does not apply is null: `clusters` and `namespaces` for all, `since` for now. */
export function changeJson({
  result,
  kind,
  policy,
  clusters,
  namespaces,
  subject,
  from,
  to,
  sinceMs,
}: GateChange): string {
  return jsonLine({
    result,
    kind,
    policy: policy ?? null,
    clusters: clusters ?? null,
    namespaces: namespaces ?? null,
    subject: subject ?? null,
    from,
    to,
    since: sinceMs === undefined ? null : instantText(sinceMs),
  });
}

function instantText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

function whatText({ kind, policy, subject }: GateChange): string {
  switch (kind) {
    case "policy":
      return `policy ${policy}`;
    case "cluster":
      return "cluster";
    case "entry":
    case "lookup":
      return subject ?? kind;
    case "object":
      return `${subject}, ${policy}`;
    default:
      return `${kind} of ${policy}`;
  }
}

function whereText({ kind, clusters, namespaces }: GateChange): string {
  const places = [
    ...(clusters === undefined ? [] : [namesText(clusters)]),
    ...(namespaces === undefined ? [] : [`namespaces ${namesText(namespaces)}`]),
  ];
  if (places.length === 0) return "";
  return kind === "cluster" ? ` ${places.join(", ")}` : ` in ${places.join(", ")}`;
}

function namesText(names: readonly string[]): string {
  const left = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}
