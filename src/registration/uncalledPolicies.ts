import type { Policy } from "../policy/define/policy.ts";
import { readGateUrl } from "../protocol/gateUrl.ts";
import type { Operation } from "../protocol/review/Review.ts";
import { gateEntries } from "./entry/gateEntries.ts";
import type { RegisteredGate } from "./entry/RegisteredGate.ts";
import type { LiveRule, LiveWebhook } from "./LiveWebhook.ts";
import { webhookOf } from "./render/webhookOf.ts";
import { coversResource, OPERATIONS } from "./rules/Rule.ts";
import { type Purpose, type RegisteredTarget, registeredTargets, resourceName } from "./rules/registeredTargets.ts";

/** A policy that a cluster does not call for everything that it matches. */
export interface UncalledPolicy {
  readonly policy: string;
  /** What it is not called for, such as `CREATE pods`. */
  readonly missing: readonly string[];
}

/**
 * The policies of a gate that the webhooks of a cluster do not call for everything that they match. The path in its URL
 * says which entry a webhook calls; an entry that the gate does not have runs all policies. Only rules are compared, not
 * selectors. A webhook with a condition that the gate would not render counts as calling nothing, because the effect of
 * the condition is not known.
 */
export function uncalledPolicies(
  gate: RegisteredGate,
  cluster: string,
  webhooks: readonly LiveWebhook[],
): UncalledPolicy[] {
  const entries = new Map(gateEntries(gate).map(({ name, policies }) => [name, new Set(policies)]));
  const context = { gate: gate.name, settings: { cluster, modeOf: ENFORCED, paramsOf: NOTHING }, endpoint: undefined };
  const conditions = new Map(
    gateEntries(gate).flatMap((entry) =>
      (["validate", "mutate"] as const).map((purpose) => [
        `${purpose}/${entry.name}`,
        new Set(webhookOf(entry, purpose, context)?.matchConditions.map(({ expression }) => expression)),
      ]),
    ),
  );
  const rulesFor = (policy: Policy, purpose: Purpose): LiveRule[] =>
    webhooks.flatMap((webhook) => {
      const entry = webhook.purpose === purpose ? entryOf(webhook.url, cluster, purpose) : undefined;
      if (entry === undefined) return [];
      const known = entries.get(entry);
      const own = conditions.get(`${purpose}/${entry}`);
      if (own !== undefined && webhook.conditions.some((expression) => !own.has(expression))) return [];
      return known === undefined || known.has(policy) ? webhook.rules : [];
    });
  return gate.policies.flatMap((policy) => {
    const missing = (["validate", "mutate"] as const).flatMap((purpose) => {
      const rules = rulesFor(policy, purpose);
      return registeredTargets([policy], purpose).flatMap((target) => missingIn(target, rules));
    });
    return missing.length === 0 ? [] : [{ policy: policy.name, missing: [...new Set(missing)] }];
  });
}

/** Conditions do not depend on modes. */
const ENFORCED = (): "enforce" => "enforce";
const NOTHING = (): undefined => undefined;

/** The entry that a URL calls; empty for all policies. Undefined for a URL that does not call this gate for this cluster. */
function entryOf(url: string | undefined, cluster: string, purpose: Purpose): string | undefined {
  const parts = url === undefined ? undefined : readGateUrl(url);
  return parts?.cluster === cluster && parts.purpose === purpose ? (parts.entry ?? "") : undefined;
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
