import type { BuiltinDoc, BuiltinDocs, PackDoc } from "../../policies/catalogue/BuiltinDoc.ts";
import { subjects } from "../../policies/catalogue/subjects.ts";
import { printable } from "../../telemetry/printable.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import { fillText } from "./fillText.ts";
import type { FieldJudge } from "./judgesOf.ts";

/** All policies by subject, and the packs. */
export function listText(terminal: Terminal, { builtins, packs }: BuiltinDocs): string {
  const groups = [...subjects].map(([folder, title]) => [
    paint(terminal, terminal.stdout, "bold", title),
    ...builtins.filter(({ subject }) => subject === folder).map((it) => policyLine(it)),
  ]);
  const packLines = packs.map(
    ({ name, policies }) => `  ${wrapText(`${name}: ${policies.map((it) => it.name).join(", ")}`, "  ")}`,
  );
  return [...groups, [paint(terminal, terminal.stdout, "bold", "Packs"), ...packLines]]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** A pack and its policies. */
export function packText(terminal: Terminal, { name, about, policies }: PackDoc): string {
  const head = paint(terminal, terminal.stdout, "bold", `packs.${name}()`);
  return `${[head, fillText(about, "  "), "", ...policies.map((it) => policyLine(it))].join("\n")}\n`;
}

/** The policies that judge or set a field. */
export function fieldText(terminal: Terminal, field: string, judges: readonly FieldJudge[]): string {
  const groups = [
    { title: "is judged by", of: judges.filter(({ doc }) => doc.kind !== "mutator") },
    { title: "is set by", of: judges.filter(({ doc }) => doc.kind === "mutator") },
  ];
  return groups
    .filter(({ of }) => of.length > 0)
    .map(({ title, of }) => {
      const head = paint(terminal, terminal.stdout, "bold", `${printable(field)} ${title}`);
      const lines = of.map(({ doc, path, isExact }) => policyLine(doc, isExact ? "" : ` (${path})`));
      return `${head}\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

function policyLine({ name, description }: Pick<BuiltinDoc, "name" | "description">, more = ""): string {
  return `  ${wrapText(`${name}: ${description}${more}`, "  ")}`;
}
