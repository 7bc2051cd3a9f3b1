import type { Policy } from "../../../policy/define/policy.ts";
import type { EntryOptions } from "../../../registration/entry/EntryOptions.ts";
import { gateEntries } from "../../../registration/entry/gateEntries.ts";
import type { GateChange } from "./GateChange.ts";
import type { GateSide } from "./GateSide.ts";
import { selectorCovers } from "./selectorCovers.ts";

const DEADLINES = ["deny", "warn", "allow"];

/** The options of a policy that let more through, and those of which it is not known. */
export function compareOptions(before: Policy, after: Policy): GateChange[] {
  const { name } = before;
  const option = (result: "loosened" | "changed", key: string, from: unknown, to: unknown): GateChange => ({
    result,
    kind: "option",
    policy: name,
    from: `${key} ${from}`,
    to: `${key} ${to}`,
  });
  const changes: GateChange[] = [];
  if (DEADLINES.indexOf(after.onDeadline) > DEADLINES.indexOf(before.onDeadline))
    changes.push(option("loosened", "onDeadline", before.onDeadline, after.onDeadline));
  if (before.onExisting === "deny" && after.onExisting === "warn")
    changes.push(option("loosened", "onExisting", before.onExisting, after.onExisting));
  if (!before.leaveAlone && after.leaveAlone && before.mutate !== undefined)
    changes.push(option("loosened", "leaveAlone", before.leaveAlone, after.leaveAlone));
  if (before.reportsEachFault !== after.reportsEachFault && after.validate !== undefined)
    changes.push(option("changed", "reportsEachFault", before.reportsEachFault, after.reportsEachFault));
  if (before.version !== after.version)
    changes.push({
      result: "changed",
      kind: "version",
      policy: name,
      from: before.version ?? "none",
      to: after.version ?? "none",
    });
  return changes;
}

/** The options of the entries of policies that have the gate called less often, or let through what it cannot be asked about. */
export function compareEntries(before: GateSide, after: GateSide): GateChange[] {
  const now = optionsByPolicy(after);
  const changes = new Map<string, GateChange>();
  for (const [policy, { entry, options: old }] of optionsByPolicy(before)) {
    const found = now.get(policy);
    if (found === undefined) continue;
    for (const [from, to] of lostBy(old, found.options)) {
      const subject = entry === found.entry ? `entry ${entry}` : `entry ${entry}, now ${found.entry}`;
      changes.set(JSON.stringify([subject, from, to]), { result: "loosened", kind: "entry", subject, from, to });
    }
  }
  return [...changes.values()];
}

const FAILURES = ["Fail", undefined, "Ignore"];

function lostBy(before: EntryOptions, after: EntryOptions): (readonly [from: string, to: string])[] {
  const lost: (readonly [string, string])[] = [];
  if (FAILURES.indexOf(after.failurePolicy) > FAILURES.indexOf(before.failurePolicy))
    lost.push([
      `failurePolicy ${before.failurePolicy ?? "by mode"}`,
      `failurePolicy ${after.failurePolicy ?? "by mode"}`,
    ]);
  if (before.breakGlass !== true && after.breakGlass === true) lost.push(["breakGlass false", "breakGlass true"]);
  for (const key of ["namespaceSelector", "objectSelector"] as const)
    if (!selectorCovers(after[key], before[key]))
      lost.push([`${key} ${JSON.stringify(before[key] ?? {})}`, `${key} ${JSON.stringify(after[key] ?? {})}`]);
  const known = new Set(before.matchConditions?.map(({ expression }) => expression));
  for (const { name, expression } of after.matchConditions ?? [])
    if (!known.has(expression)) lost.push(["no condition", `matchCondition ${name}: ${expression}`]);
  return lost;
}

function optionsByPolicy({
  gate,
}: GateSide): ReadonlyMap<string, { readonly entry: string; readonly options: EntryOptions }> {
  return new Map(
    gateEntries(gate).flatMap(({ name, options, policies }) =>
      policies.map((policy) => [policy.name, { entry: name, options }] as const),
    ),
  );
}
