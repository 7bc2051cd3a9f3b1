import { printable } from "../../telemetry/printable.ts";
import type { SkippedPath } from "../manifests/findInputFiles.ts";
import { howToRender } from "../manifests/notManifest.ts";
import { type Output, paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import type { ReviewCounts } from "./report/ReviewReport.ts";

/** Prints the last lines for people: the number of objects for each result, and of paths that were not read. */
export function printSummary(
  terminal: Terminal,
  output: Output,
  counts: ReviewCounts,
  { skipped, verbose }: { readonly skipped: readonly SkippedPath[]; readonly verbose: boolean },
): void {
  if (verbose)
    for (const { file, why, reason } of skipped) {
      const what = why === "not a manifest" ? `${why}: ${reason}` : reason;
      output.write(`${"skipped".padEnd(10)}  ${printable(file)}  ${paint(terminal, output, "dim", what)}\n`);
    }
  const { allowed, denied, covered, notJudged, wouldBeDenied, excepted, unneeded, unreadable } = counts;
  const parts = [plural(allowed + denied + covered + notJudged, "object"), `${allowed} allowed`, `${denied} denied`];
  if (covered > 0) parts.push(`${covered} covered by ${covered === 1 ? "its owner" : "their owners"}`);
  if (notJudged > 0) parts.push(`${notJudged} not judged`);
  if (wouldBeDenied > 0) parts.push(`${wouldBeDenied} would be denied`);
  if (excepted > 0) parts.push(`${excepted} excepted`);
  if (unneeded > 0) parts.push(`${unneeded} with an exception that is not needed`);
  if (unreadable > 0) parts.push(`${unreadable} could not be read`);
  output.write(`${wrapText(parts.join(", "), "")}\n`);
  const hint = verbose ? "" : " (--verbose lists them)";
  if (skipped.length > 0) output.write(`${wrapText(`${skippedText(skipped)}${hint}`, "")}\n`);
}

function skippedText(skipped: readonly SkippedPath[]): string {
  const count = (why: SkippedPath["why"]): number => skipped.filter((it) => it.why === why).length;
  const [others, ignored, hidden] = [count("not a manifest"), count("ignored"), count("hidden")];
  return [
    ...(others > 0 ? [`${plural(others, "file")} ${others === 1 ? "is not a manifest" : "are not manifests"}`] : []),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
    ...(hidden > 0 ? [`${hidden} hidden`] : []),
  ].join(", ");
}

/** Prints, for each folder that another tool makes manifests of, what was left out and how to review it. */
export function printRenderHints({ stderr }: Terminal, skipped: readonly SkippedPath[], reviewCommand: string): void {
  const hints = new Map<string, { readonly first: SkippedPath; files: number }>();
  for (const skip of skipped) {
    if (skip.render === undefined) continue;
    const key = `${skip.render.tool} ${skip.render.folder}`;
    const hint = hints.get(key) ?? { first: skip, files: 0 };
    hint.files += 1;
    hints.set(key, hint);
  }
  for (const { first, files } of hints.values()) {
    const what = first.render?.tool === "helm" ? "of a Helm chart" : "of Kustomize";
    const counted = `${plural(files, "file")} ${what} ${files === 1 ? "is" : "are"}`;
    stderr.write(
      `postern: ${printable(`${first.render?.folder}: ${counted} not judged; ${howToRender(first, reviewCommand)}`)}\n`,
    );
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
