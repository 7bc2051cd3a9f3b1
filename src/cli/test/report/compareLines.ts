import { structuredPatch } from "diff";
import { stringify } from "yaml";
import { printable } from "../../../telemetry/printable.ts";

/** A line of a comparison: `-` is expected and did not come, `+` came and is not expected. */
export interface ComparedLine {
  readonly sign: "-" | "+" | " ";
  readonly text: string;
}

/** Lines around a difference. */
const CONTEXT = 2;

/** What was expected and what came, line by line: texts as they are, other values as YAML. Unchanged parts are left out. */
export function compareLines(expected: unknown, came: unknown): readonly ComparedLine[] {
  const [left, right] = [textOf(expected), textOf(came)];
  const { hunks } = structuredPatch("", "", left, right, "", "", { context: CONTEXT });
  return hunks.flatMap(({ lines }) =>
    lines.flatMap((line): ComparedLine[] => {
      const sign = line[0];
      if (sign !== "-" && sign !== "+" && sign !== " ") return [];
      return [{ sign, text: printable(line.slice(1)) }];
    }),
  );
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value === "" ? "" : `${value}\n`;
  if (Array.isArray(value) && value.length === 0) return "";
  // A table is YAML 1.1, where yes needs quotes to be a text.
  return stringify(value, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
