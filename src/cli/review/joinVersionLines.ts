import type { PolicyVerdict } from "../../protocol/review/Verdict.ts";

/**
 * Lines `POLICY: MESSAGE` for people. What several policies say of the version of the object is the same for each, so it
 * is one line that counts them, in the place of the first.
 */
export function joinVersionLines(lines: readonly string[], policies: readonly PolicyVerdict[]): string[] {
  const others = new Set(policies.filter(({ result }) => result === "other-version").map(({ policy }) => policy));
  const said = new Map<string, string[]>();
  for (const line of lines) {
    const end = line.indexOf(": ");
    const policy = line.slice(0, Math.max(end, 0));
    // A line of another policy is a key of its own.
    const key = others.has(policy) ? line.slice(end) : line;
    said.set(key, [...(said.get(key) ?? []), others.has(policy) ? policy : ""]);
  }
  return [...said].flatMap(([text, names]) => {
    const [first = "", ...rest] = names;
    if (first === "") return names.map(() => text);
    const count = rest.length === 0 ? "" : ` and ${rest.length} other ${rest.length === 1 ? "policy" : "policies"}`;
    return [`${first}${count}${text}`];
  });
}
