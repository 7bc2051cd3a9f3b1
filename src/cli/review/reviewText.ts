import { isSecret } from "../../policy/report/isSecret.ts";
import { reportedPatch } from "../../policy/report/reportedPatch.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import { printable } from "../../telemetry/printable.ts";
import { NOT_SHOWN } from "../gate/secretMask.ts";
import { type Output, paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import { exceptedTexts, unneededTexts } from "./exceptedTexts.ts";
import type { CoveredPolicy, JudgedObject } from "./JudgedObject.ts";
import { joinVersionLines } from "./joinVersionLines.ts";
import { objectText } from "./objectText.ts";
import { type ShownOperation, shownPatch } from "./shownPatch.ts";

/** As wide as the verdict before an object. */
const INDENT = " ".repeat(12);
const MARKS = { allowed: "green", denied: "red", covered: "dim", "not judged": "yellow" } as const;
/** The shortest cut of a value; a longer one is shown where the line has room. */
const MIN_VALUE = 24;

/**
 * The verdict on an object for people: a line for the object, and below it a line for each thing that was said. A covered
 * object of which nothing else was said is only in the verbose text.
 */
export function reviewText(terminal: Terminal, output: Output, judged: JudgedObject, verbose: boolean): string {
  const { verdict, located, covered } = judged;
  const { result, warnings, audit } = verdict;
  const { notes } = located;
  const excepted = exceptedTexts(verdict);
  const unneeded = unneededTexts(verdict);
  if (result === "covered" && !verbose && [...warnings, ...audit, ...notes, ...excepted, ...unneeded].length === 0)
    return "";
  const colour = (style: Parameters<typeof paint>[2], text: string): string => paint(terminal, output, style, text);
  const said = (label: string, style: Parameters<typeof paint>[2], texts: readonly string[]): string[] =>
    texts
      .flatMap((text) => text.split(/\r?\n/))
      .map((line) => {
        const wrapped = wrapText(`${label}${label === "" ? "" : " "}${printable(line)}`, INDENT);
        return `${INDENT}${label === "" ? wrapped : colour(style, label) + wrapped.slice(label.length)}`;
      });
  const patch = shownOf(judged);
  const asked = verdict.policies.map(({ policy }) => policy).join(", ");
  const lines = [
    firstLine(judged, colour(MARKS[result], result.padEnd(10)), (text) => colour("dim", text)),
    ...said("", "dim", joinVersionLines(verdict.denials, verdict.policies)),
    ...said("warning", "yellow", joinVersionLines(warnings, verdict.policies)),
    ...said("excepted", "cyan", excepted),
    ...said("unneeded", "yellow", unneeded),
    ...audit.flatMap((line) => said(line.split(" ", 1)[0] ?? "", "magenta", [line.replace(/^\S+ /, "")])),
    ...said("note", "yellow", notes),
    ...(result === "covered" ? [] : patch).map(
      (operation) => `${INDENT}${colour("cyan", "patch")} ${patchText(operation)}`,
    ),
    ...(verbose && result !== "covered" ? said("covered", "dim", coveredTexts(covered)) : []),
    ...(verbose && asked !== "" ? said("asked", "dim", [asked]) : []),
  ];
  return `${lines.join("\n")}\n`;
}

function shownOf(judged: JudgedObject): readonly ShownOperation[] {
  const { located, verdict } = judged;
  const { review } = located;
  // Most objects have none, and to look through them for what a patch may show takes time.
  if (verdict.patch.length === 0) return [];
  if (isSecret(review)) return shownPatch(judged);
  return reportedPatch(review.object, verdict.patch, false, { hasObject: true });
}

/**
 * `denied      Pod shop/web  deploy.yaml:9`. The place gets a line of its own when both are too long for one. A covered
 * object has its owners in place of it.
 */
function firstLine({ located, verdict, covered }: JudgedObject, mark: string, dim: (text: string) => string): string {
  const { file, line, review } = located;
  const what = printable(objectText(review));
  const owners = new Set(covered.map(({ by }) => objectText(by)));
  const place = printable(verdict.result === "covered" ? `by ${[...owners].join(", ")}` : `${file}:${line}`);
  const fits = INDENT.length + what.length + 2 + place.length <= 80;
  return `${mark}  ${what}${fits ? "  " : `\n${INDENT}`}${dim(place)}`;
}

/** For each owner `by Deployment shop/web: deny-labels, …`. */
function coveredTexts(covered: readonly CoveredPolicy[]): string[] {
  const byOwner = new Map<string, string[]>();
  for (const { policy, by } of covered) {
    const owner = objectText(by);
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), policy]);
  }
  return [...byOwner].map(([owner, policies]) => `by ${owner}: ${policies.join(", ")}`);
}

/** `add /metadata/labels/team "payments"`. A value that does not fit the line is cut. */
function patchText(shown: ShownOperation): string {
  const start = `${shown.op} ${printable(shown.path)}`;
  if (shown.op === "remove") return start;
  const value = "value" in shown ? printable(writeJson(shown.value)) : NOT_SHOWN;
  const room = Math.max(80 - INDENT.length - "patch ".length - start.length - 1, MIN_VALUE);
  return `${start} ${value.length <= room ? value : `${value.slice(0, room - 1).replace(/[\uD800-\uDBFF]$/, "")}…`}`;
}
