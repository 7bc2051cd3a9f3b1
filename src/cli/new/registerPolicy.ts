import { codeMask } from "./codeMask.ts";

/** What a gate needs for a policy. */
export interface PolicyModule {
  /** The name that the module exports. */
  readonly identifier: string;
  /** The module, from the gate: `./policies/require-team`, without an ending. */
  readonly path: string;
}

/** The two lines of a gate that add a policy. */
export interface GateLines {
  readonly importLine: string;
  readonly element: string;
}

/** The lines to add to a gate. The import ends as the others of the gate do. */
export function gateLines(gate: string, { identifier, path }: PolicyModule): GateLines {
  return {
    importLine: `import { ${identifier} } from ${JSON.stringify(`${path}${endingOf(gate)}`)};`,
    element: identifier,
  };
}

/**
 * The text of a gate with a policy at the end of its list, and the import of it. Undefined where that is not simple: the gate has no
 * `policies: [...]` directly in the object of one `defineGate({...})`, or uses the name already.
 */
export function registerPolicy(gate: string, policy: PolicyModule): string | undefined {
  const code = codeMask(gate);
  const list = policyList(code);
  if (list === undefined || code.match(/[\w$]+/g)?.includes(policy.identifier) === true) return undefined;
  const { importLine, element } = gateLines(gate, policy);
  const lineBreak = gate.includes("\r\n") ? "\r\n" : "\n";
  const withElement = addElement(gate, code, list, { element, lineBreak });
  const at = endOfImports(code);
  return at === 0
    ? `${importLine}${lineBreak}${withElement}`
    : `${withElement.slice(0, at)}${importLine}${lineBreak}${withElement.slice(at)}`;
}

/** The offsets behind `[` and of `]` of the list of policies. */
function policyList(code: string): { readonly start: number; readonly end: number } | undefined {
  const calls = [...code.matchAll(/\bdefineGate\s*\(\s*\{/g)];
  const [call] = calls;
  if (call === undefined || calls.length > 1) return undefined;
  let depth = 0;
  let start: number | undefined;
  for (let at = call.index + call[0].length - 1; at < code.length; at += 1) {
    const character = code.charAt(at);
    if ("{[(".includes(character)) depth += 1;
    else if ("}])".includes(character)) {
      depth -= 1;
      if (start !== undefined && depth === 1) return { start, end: at };
      if (depth === 0) return undefined;
    } else if (start === undefined && depth === 1) {
      const [field] = /^policies\s*:\s*\[/.exec(code.slice(at, at + MAX_FIELD)) ?? [];
      if (field === undefined || /[\w$.]/.test(code.charAt(at - 1))) continue;
      start = at + field.length;
      at = start - 1;
      depth += 1;
    }
  }
  return undefined;
}

/** `policies: [` with blanks. */
const MAX_FIELD = 40;

function addElement(
  gate: string,
  code: string,
  { start, end: close }: { readonly start: number; readonly end: number },
  { element, lineBreak }: { readonly element: string; readonly lineBreak: string },
): string {
  const inside = code.slice(start, close);
  const last = start + inside.trimEnd().length;
  const before = gate.slice(0, last);
  const rest = gate.slice(last);
  if (inside.trim() === "") return `${gate.slice(0, start)}${element}${gate.slice(start).replace(/^\s+(?=\])/, "")}`;
  const hasComma = code.charAt(last - 1) === ",";
  if (!inside.includes("\n")) return `${before}${hasComma ? " " : ", "}${element}${rest}`;
  const line = gate.slice(gate.lastIndexOf("\n", last - 1) + 1, last);
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  // A comment at the end of the line belongs to the element before.
  const end = rest.search(/\r?\n/);
  return `${before}${hasComma ? "" : ","}${rest.slice(0, end)}${lineBreak}${indent}${element},${rest.slice(end)}`;
}

/** The offset behind the line of the last import; 0 without one. An import may have several lines, in braces. */
function endOfImports(code: string): number {
  const last = [...code.matchAll(/^import\b/gm)].at(-1);
  if (last === undefined) return 0;
  let depth = 0;
  for (let at = last.index; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
    else if (character === "\n" && depth === 0) return at + 1;
  }
  return code.length;
}

/** `.ts`, unless the relative imports of the gate end otherwise. */
function endingOf(gate: string): string {
  const [, path] = /\bfrom ["'](\.{1,2}\/[^"'\n]*)["']/.exec(gate) ?? [];
  return path === undefined ? ".ts" : (/\.[cm]?[jt]s$/.exec(path)?.[0] ?? "");
}
