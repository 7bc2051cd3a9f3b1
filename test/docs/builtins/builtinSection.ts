import type { BuiltinDoc } from "../../../src/policies/catalogue/BuiltinDoc.ts";

/** What a page says of one built-in policy. `markdown` is the page: what it says by hand below `More on NAME` is linked. */
export function builtinSection(doc: BuiltinDoc, markdown: string): string {
  const { builtin, description, about, why, options } = doc;
  const more = markdown.includes(`\n## More on ${builtin}\n`);
  const using = options === "" ? "" : `, with \`${builtin}(${options})\``;
  return [
    `## ${builtin}`,
    [`${description}.`, about].filter((it) => it !== "").join(" "),
    `**Why:** ${why}`,
    factTable(doc),
    parameterTable(doc),
    ...(more ? [`There is [more on it](#more-on-${builtin.toLowerCase()}).`] : []),
    ...examples(doc, using),
  ].join("\n\n");
}

function factTable({ name, kind, resources, podTemplates, controls, native, reasons }: BuiltinDoc): string {
  const on = [...resources.map((it) => `\`${it}\``), ...(podTemplates ? ["Pod templates"] : [])];
  const form = [native, ...(reasons.length === 0 ? [] : [reasons.join("; ")])].join(": ");
  return [
    `| name | \`${name}\` |`,
    "|---|---|",
    `| kind | ${kind} of ${on.join(", ")} |`,
    ...(controls.length === 0 ? [] : [`| controls | ${controls.join("; ")} |`]),
    `| native form | ${cell(form)} |`,
  ].join("\n");
}

function parameterTable({ parameters }: BuiltinDoc): string {
  if (parameters.length === 0) return "It has only the [common options](../README.md#common-options).";
  const rows = parameters.map(({ name, type, default: value, meaning }) => {
    const isCode = /^["[{\d]|^(?:true|false)$/.test(value);
    return `| \`${name}\` | \`${cell(type)}\` | ${isCode ? `\`${cell(value)}\`` : cell(value)} | ${cell(meaning)} |`;
  });
  return ["| parameter | type | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function examples({ kind, passing, failing, messages }: BuiltinDoc, using: string): string[] {
  const isMutator = kind === "mutator";
  return [
    `${isMutator ? "Before" : "Allowed"}${using}:`,
    fenced("yaml", passing),
    isMutator ? "After:" : "Denied:",
    fenced("yaml", failing),
    ...(messages.length === 0 ? [] : [fenced("text", messages.join("\n"))]),
  ];
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** A text in a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
