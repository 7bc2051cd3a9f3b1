import type { BuiltinDoc, PackDoc, ParameterDoc } from "../../policies/catalogue/BuiltinDoc.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import { fillText, WIDTH } from "./fillText.ts";

/** What is known of a policy, at 80 columns. */
export function policyText(terminal: Terminal, doc: BuiltinDoc, packs: readonly PackDoc[]): string {
  const { name, builtin, options, kind, native, reasons, controls } = doc;
  const title = (text: string): string => paint(terminal, terminal.stdout, "bold", text);
  const isMutator = kind === "mutator";
  const on = [...doc.resources, ...(doc.podTemplates ? ["Pod templates"] : [])].join(", ");
  const inPacks = packs.filter(({ policies }) => policies.some((it) => isMadeBy(it.name, name)));
  const using = options === "" ? [] : [fillText(`With ${builtin}(${options}):`, "  ")];
  const section = (head: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", title(head), ...lines];
  return `${[
    `${title(name)}${name.length + builtin.length > WIDTH - 3 ? "\n  " : " "}(${builtin})`,
    fillText([`${doc.description}.`, doc.about].filter((it) => it !== "").join(" "), "  "),
    ...section("Why", [fillText(doc.why, "  ")]),
    ...section("Kind", [fillText(`${kind} of ${on}`, "  ")]),
    ...section("Parameters", doc.parameters.map(parameterText)),
    ...section(
      "Controls",
      controls.map((it) => fillText(it, "  ")),
    ),
    ...section("Packs", inPacks.length === 0 ? [] : [fillText(inPacks.map((it) => it.name).join(", "), "  ")]),
    ...section("Native form", [fillText([native, ...reasons].join(": "), "  ")]),
    ...section(isMutator ? "Before" : "Allowed", [...using, indented(doc.passing)]),
    ...section(isMutator ? "After" : "Denied", [
      indented(doc.failing),
      ...doc.messages.map((it) => `  ${wrapText(it, "  ")}`),
    ]),
  ].join("\n")}\n`;
}

/** Whether a policy is one of a built-in. That of podSecurity has a name that ends with the level. */
function isMadeBy(policy: string, name: string): boolean {
  return policy === name || (name === "pod-security" && policy.startsWith(`${name}-`));
}

function parameterText({ name, type, default: value, meaning }: ParameterDoc): string {
  const fact = value === "required" ? "required" : `default: ${value}`;
  return [`  ${wrapText(`${name}: ${type}; ${fact}`, "  ")}`, fillText(meaning, "      ")].join("\n");
}

function indented(yaml: string): string {
  return yaml.trimEnd().replaceAll(/^(?=.)/gm, "    ");
}
