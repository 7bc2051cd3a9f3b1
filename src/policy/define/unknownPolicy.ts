/** What is wrong with the name of a policy that a gate does not have, such as the name of its function. */
export function unknownPolicy(name: string, known: Iterable<string>): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const names = [...known];
  const meant = names.find((one) => plain(one) === plain(name));
  const help = meant === undefined ? `it has ${names.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
  return `names the policy ${JSON.stringify(name)}, which the gate does not have; ${help}`;
}

/** What is wrong with an element of the policies of a gate that is no policy. */
export function notAPolicy(element: unknown): string {
  if (typeof element === "function") return "is a function and not a policy; call it, as in disallowPrivileged()";
  if (Array.isArray(element)) return "is a list and not a policy; write three dots before it: ...policies";
  const { name, policies } = Object(element);
  if (Array.isArray(policies)) return `is the pack ${JSON.stringify(name)}; add its policies: ...pack.policies`;
  return "is not a policy; create it with policy({...})";
}
