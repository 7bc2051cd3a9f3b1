import { describeException } from "../../../policy/define/PolicyException.ts";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import { printable } from "../../../telemetry/printable.ts";
import type { LocatedReview } from "../../manifests/open/locateReview.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import type { ExceptionUse, Use } from "./ExceptionUse.ts";

/** As wide as the use before an exception. */
const INDENT = " ".repeat(12);
const MARKS = { ended: "red", needed: "green", "not needed": "red", "no object": "yellow" } as const;
/** Objects that are listed of one exception. */
const MAX_LISTED = 5;
const ADVICE: Readonly<Record<Use, string | undefined>> = {
  ended: "it has ended, and has no effect: remove it from the gate",
  needed: undefined,
  "not needed": "no object that it is for breaks the policy: remove it from the gate",
  "no object": "it is for none of these objects: remove it if they are all that there are",
};

/** The uses of exceptions for people: a line for each, and below it who owns it and which objects need it. */
export function exceptionsText(terminal: Terminal, uses: readonly ExceptionUse[]): string {
  const line = (text: string): string => `${INDENT}${wrapText(printable(text), INDENT)}\n`;
  return uses
    .map((one) => {
      const { exception, use, isEnding, objects, others } = one;
      const head = `${paint(terminal, terminal.stdout, MARKS[use], use.padEnd(10))}  ${wrapText(printable(`${exception.policy}  ${narrowing(one)}`), INDENT)}\n`;
      const advice = ADVICE[use];
      const listed = objects.slice(0, MAX_LISTED).map((it) => line(objectText(it)));
      const more = objects.length - listed.length;
      return [
        head,
        line(describeException(exception)),
        ...(isEnding && use === "needed"
          ? [line("it ends within 14 days: what it permits is denied from then on")]
          : []),
        ...(advice === undefined ? [] : [line(advice)]),
        ...listed,
        ...(more > 0 ? [line(`and ${more} more`)] : []),
        ...(use === "needed" && others > 0 ? [line(`${others} more that it is for do not need it`)] : []),
      ].join("");
    })
    .join("");
}

/** The uses as lines of JSON. */
export function exceptionsJson(uses: readonly ExceptionUse[]): string {
  return uses
    .map(({ exception: { untilMs: _, ...exception }, clusters, use, isEnding, objects, others }) => {
      const needing = objects.map(({ file, line, review: { kind, namespace, name } }) => ({
        file,
        line,
        kind: kind.kind,
        namespace,
        name,
      }));
      return `${writeJson({ ...exception, clusters, result: use, ending: isEnding, objects: needing, others })}\n`;
    })
    .join("");
}

/** `2 exceptions: 1 needed, 1 ended`. */
export function exceptionsSummary(uses: readonly ExceptionUse[]): string {
  const counts = (["needed", "not needed", "no object", "ended"] as const).flatMap((use) => {
    const count = uses.filter((one) => one.use === use).length;
    return count === 0 ? [] : [use === "no object" ? `${count} for no object` : `${count} ${use}`];
  });
  return `${uses.length} ${uses.length === 1 ? "exception" : "exceptions"}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}\n`;
}

/** `in prod: namespaces legacy, images registry.example.com/agent:1.4`. */
function narrowing({ exception, clusters }: ExceptionUse): string {
  const lists = (["namespaces", "names", "subjects", "images"] as const).flatMap((member) => {
    const list = exception[member];
    return list === undefined ? [] : [`${member} ${list.join(", ")}`];
  });
  return `in ${clusters.join(", ")}${lists.length === 0 ? "" : `: ${lists.join(", ")}`}`;
}

function objectText({ file, line, review: { kind, namespace, name } }: LocatedReview): string {
  const shown = name === "" ? "(no name)" : name;
  return `${kind.kind} ${namespace === "" ? "" : `${namespace}/`}${shown}  ${file}:${line}`;
}
