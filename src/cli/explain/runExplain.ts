import type { BuiltinDocs } from "../../policies/catalogue/BuiltinDoc.ts";
import docs from "../../policies/catalogue/builtins.json" with { type: "json" };
import { CliError } from "../terminal/CliError.ts";
import { closestName } from "../terminal/closestName.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { type FieldJudge, judgesOf, judgesOfKind } from "./judgesOf.ts";
import { fieldText, listText, packText } from "./listText.ts";
import { policyText } from "./policyText.ts";

/** Options of `postern explain`, as they are given. */
export interface ExplainOptions {
  readonly output: "text" | "json";
}

const { builtins, packs }: BuiltinDocs = docs;

/** Prints what is known of a policy, a pack or a field, or a list of all. Returns the exit code. Throws {@link CliError}. */
export function runExplain(terminal: Terminal, name: string | undefined, { output }: ExplainOptions): number {
  const { found, text } =
    name === undefined ? { found: docs, text: () => listText(terminal, docs) } : find(terminal, name);
  terminal.stdout.write(output === "json" ? `${JSON.stringify(found, null, 2)}\n` : text());
  return EXIT_OK;
}

/** What a name stands for, as data and as text. */
interface Found {
  readonly found: BuiltinDocs;
  readonly text: () => string;
}

const POD_SECURITY = ["pod-security-baseline", "pod-security-restricted", "podSecurityByLabel"];

function find(terminal: Terminal, name: string): Found {
  // The policies of podSecurity are named for their level, and podSecurityByLabel makes both.
  const policy = builtins.find(
    (it) => it.name === name || it.builtin === name || (it.name === "pod-security" && POD_SECURITY.includes(name)),
  );
  if (policy !== undefined)
    return { found: { builtins: [policy], packs: [] }, text: () => policyText(terminal, policy, packs) };
  const pack = packs.find((it) => [it.name, `packs.${it.name}`, kebab(it.name)].includes(name));
  if (pack !== undefined) return { found: { builtins: [], packs: [pack] }, text: () => packText(terminal, pack) };
  const ofField = judgesOf(name, builtins);
  const judges: readonly FieldJudge[] = ofField.length === 0 ? judgesOfKind(name, builtins) : ofField;
  if (judges.length === 0) throw new CliError("usage", unknown(name));
  return {
    found: { builtins: judges.map(({ doc }) => doc), packs: [] },
    text: () => fieldText(terminal, name, judges),
  };
}

/** At most this many names are offered. */
const MAX_OFFERED = 5;

function unknown(name: string): string {
  const policies = [...builtins.flatMap((it) => [it.name, it.builtin]), ...packs.map((it) => it.name)];
  const fields = [...new Set(builtins.flatMap((it) => it.fields.map((path) => path.replaceAll("[]", ""))))];
  const close = [closestName(name, policies), closestName(name, fields)].filter((it) => it !== undefined);
  const part = name.toLowerCase();
  const having = part.length < 3 ? [] : builtins.map((it) => it.name).filter((it) => it.includes(part));
  const offered = [...new Set([...close, ...having])].slice(0, MAX_OFFERED);
  const hint = offered.length === 0 ? "" : ` (did you mean ${offered.join(", ")}?)`;
  return `no built-in policy has the name ${JSON.stringify(name)} or judges such a field${hint}; postern explain lists all`;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
