/** Words that are no names in a module (ECMAScript, section 12.7.2), and what a gate imports anyway. */
const TAKEN: ReadonlySet<string> = new Set(
  `arguments await break case catch class const continue debugger default defineGate delete deny do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package policy private protected public return
  static super switch this throw true try typeof undefined var void warn while with yield`.split(/\s+/),
);

/**
 * The name of a policy in TypeScript: `requireTeam` for `require-team`. `used` are names that the gate has for something
 * else.
 */
export function identifierOf(policy: string, used: ReadonlySet<string> = new Set()): string {
  const [first = "", ...others] = policy.split("-").filter((word) => word !== "");
  const camel = [first, ...others.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join("");
  const name = /^\d/.test(camel) ? `policy${camel}` : camel;
  const isFree = (it: string): boolean => !TAKEN.has(it) && !used.has(it);
  if (isFree(name)) return name;
  let number = 1;
  let free = `${name}Policy`;
  while (!isFree(free)) free = `${name}Policy${++number}`;
  return free;
}
