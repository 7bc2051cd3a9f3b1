import { wrapText } from "../terminal/wrapText.ts";
import type { UninstallStep } from "./uninstallSteps.ts";

/** A script for sh with a comment for each step. */
export function stepsScript(steps: readonly UninstallStep[], stays: readonly string[]): string {
  const parts = steps.map(({ name, why, commands }, index) =>
    [...comment(`${index + 1}. ${name}: ${why}`), ...commands.map((it) => it.map(quoted).join(" "))].join("\n"),
  );
  const rest =
    stays.length === 0
      ? []
      : [
          comment(
            `What stays: ${stays.join(", ")}. Its objects may change: set components of the config to that, and apply postern install again.`,
          ).join("\n"),
        ];
  return `${["set -e", ...parts, ...rest].join("\n\n")}\n`;
}

function comment(text: string): string[] {
  return wrapText(text, "")
    .split("\n")
    .map((line) => `# ${line.trim()}`);
}

function quoted(argument: string): string {
  return /^[A-Za-z0-9_./:,=@-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
