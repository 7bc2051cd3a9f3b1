import { type GateUrlParts, readGateUrl } from "../protocol/gateUrl.ts";
import type { Operation } from "../protocol/review/Review.ts";
import { gateEntries } from "./entry/gateEntries.ts";
import type { RegisteredGate } from "./entry/RegisteredGate.ts";
import type { LiveRule, LiveWebhook } from "./LiveWebhook.ts";
import { webhooksOf } from "./render/webhooksOf.ts";
import { coversResource, OPERATIONS } from "./rules/Rule.ts";
import { type Purpose, type RegisteredTarget, registeredTargets, resourceName } from "./rules/registeredTargets.ts";
import { targetKey, versionParts } from "./rules/versionParts.ts";

/** A policy that a cluster does not call for everything that it matches. */
export interface UncalledPolicy {
  readonly policy: string;
  /** What it is not called for, such as `CREATE pods`. */
  readonly missing: readonly string[];
}

/**
 * The policies of a gate that the webhooks of a cluster do not call for everything that they match. The path in its URL
 * says which entry a webhook calls, and which part of it; an entry that the gate does not have runs all policies. Only
 * rules are compared, not selectors. A webhook with a condition that the gate would not render counts as calling nothing,
 * because the effect of the condition is not known.
 */
export function uncalledPolicies(
  gate: RegisteredGate,
  cluster: string,
  webhooks: readonly LiveWebhook[],
): UncalledPolicy[] {
  const context = { gate: gate.name, settings: { cluster, modeOf: ENFORCED, paramsOf: NOTHING }, endpoint: undefined };
  const entries = new Map(
    gateEntries(gate).flatMap((entry) =>
      PURPOSES.map((purpose) => {
        const rendered = webhooksOf(entry, purpose, context);
        const parts = versionParts(entry.policies, purpose).map(({ name, targets }, index): CalledPart => {
          const conditions = rendered[index]?.matchConditions ?? [];
          const keys = targets.map((target) => targetKey(target.policy, target));
          return { name, targets: new Set(keys), conditions: conditions.map(({ expression }) => expression) };
        });
        return [`${purpose}/${entry.name}`, parts] as const;
      }),
    ),
  );
  const names = new Set(gateEntries(gate).map(({ name }) => name));
  /** The rules that call a policy for a target. */
  const rulesFor = (target: RegisteredTarget, purpose: Purpose): readonly LiveRule[] =>
    webhooks.flatMap((webhook) => {
      const called = webhook.purpose === purpose ? calledBy(webhook.url, cluster, purpose) : undefined;
      if (called === undefined) return [];
      const { entry = "", part } = called;
      if (!names.has(entry)) return webhook.rules;
      const all = entries.get(`${purpose}/${entry}`) ?? [];
      const named = all.filter(({ name }) => name === part);
      const parts = named.length === 0 ? all : named;
      const known = parts.flatMap(({ conditions }) => conditions);
      if (webhook.conditions.some((expression) => !known.includes(expression))) return [];
      const key = targetKey(target.policy, target);
      return parts.some(({ targets }) => targets.has(key)) ? webhook.rules : [];
    });
  return gate.policies.flatMap((policy) => {
    const missing = PURPOSES.flatMap((purpose) =>
      registeredTargets([policy], purpose).flatMap((target) => missingIn(target, rulesFor(target, purpose))),
    );
    return missing.length === 0 ? [] : [{ policy: policy.name, missing: [...new Set(missing)] }];
  });
}

/** What the webhook of a part is for. */
interface CalledPart {
  readonly name: string | undefined;
  readonly targets: ReadonlySet<string>;
  readonly conditions: readonly string[];
}

const PURPOSES = ["validate", "mutate"] as const;
/** Conditions do not depend on modes. */
const ENFORCED = (): "enforce" => "enforce";
const NOTHING = (): undefined => undefined;

/** The entry and part that a URL calls. Undefined for a URL that does not call this gate for this cluster. */
function calledBy(
  url: string | undefined,
  cluster: string,
  purpose: Purpose,
): Pick<GateUrlParts, "entry" | "part"> | undefined {
  const parts = url === undefined ? undefined : readGateUrl(url);
  return parts?.cluster === cluster && parts.purpose === purpose ? parts : undefined;
}

/** The operations of a target that no rule covers in all of its versions and scopes, such as `CREATE pods`. */
function missingIn(target: RegisteredTarget, rules: readonly LiveRule[]): string[] {
  const scopes = target.scope === "*" ? ["Namespaced", "Cluster"] : [target.scope];
  const isCovered = (operation: Operation): boolean =>
    target.versions.every((version) =>
      scopes.every((scope) => rules.some((rule) => coversTarget(rule, target, { operation, version, scope }))),
    );
  return OPERATIONS.filter((operation) => target.operations.includes(operation) && !isCovered(operation)).map(
    (operation) => `${operation} ${resourceName(target)}`,
  );
}

function coversTarget(
  rule: LiveRule,
  target: RegisteredTarget,
  { operation, version, scope }: { readonly operation: Operation; readonly version: string; readonly scope: string },
): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes("*") || list.includes(value);
  return (
    has(rule.apiGroups, target.group) &&
    has(rule.apiVersions, version) &&
    has(rule.operations, operation) &&
    (rule.scope === "*" || rule.scope === scope) &&
    rule.resources.some((resource) => coversResource(resource, resourceName(target)))
  );
}
