import type { NativeForm } from "../../../native/NativeForm.ts";
import { printable } from "../../../telemetry/printable.ts";
import { wrapText } from "../../terminal/wrapText.ts";

const INDENT = " ".repeat(11);

/** How much of each policy has a native form, and why not more, for people. */
export function nativeText(forms: readonly NativeForm[]): string {
  const lines = forms.flatMap(({ policy, native, reasons }) => [
    `${native.padEnd(9)}${policy}`,
    ...reasons.map((reason) => INDENT + wrapText(printable(reason), INDENT)),
  ]);
  const counts = (["yes", "in part", "no"] as const).map(
    (native) => `${forms.filter((form) => form.native === native).length} ${native}`,
  );
  return `${lines.map((line) => `${line}\n`).join("")}native forms: ${counts.join(", ")}\n`;
}
