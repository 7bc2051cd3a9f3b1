import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { LabelExpression, LabelSelector } from "../../policy/match/LabelSelector.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { guardConditions } from "../conditions/guardConditions.ts";
import { policyCondition } from "../conditions/policyCondition.ts";
import { clientConfigAt, type Endpoint } from "./Endpoint.ts";
import type { FailurePolicy, MatchCondition } from "./EntryOptions.ts";
import { OWN_PREFIX } from "./entryFault.ts";
import type { ResolvedEntry } from "./gateEntries.ts";
import type { Webhook } from "./RegistrationObject.ts";
import { type Purpose, type RegisteredTarget, registeredTargets, targetCells } from "./registeredTargets.ts";
import { rulesOf } from "./rulesOf.ts";
import { type SharedSelectors, sharedSelectors, sorted } from "./sharedSelectors.ts";

/** The label that the API server itself keeps on each namespace, with the namespace's name as its value. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";
/** Enough for an edge on another continent, and little enough for a client that waits. In seconds. */
const TIMEOUT_SECONDS = 5;
/**
 * Longer conditions are left out, and the gate's own index decides alone. CEL stops parsing at 100,000 code points
 * (cel-go's default), and one of 28,000 on 500 labels was seen to stay inside the API server's cost limit (PerCallLimit).
 */
export const CONDITION_LENGTH = 30_000;

/** The gate and the cluster that a webhook is for. */
export interface WebhookContext {
  readonly gate: string;
  readonly settings: ClusterSettings;
  readonly endpoint: Endpoint | undefined;
}

/** What the webhook of an entry is called. */
export function webhookName(entry: string, purpose: Purpose, gate: string): string {
  return `${entry}.${purpose}.${gate}.postern.dev`;
}

/** What one entry's validators or mutators are called by; undefined where there is nothing to call them for. */
export function webhookOf(
  { name, options, policies }: ResolvedEntry,
  purpose: Purpose,
  { gate, settings, endpoint }: WebhookContext,
): Webhook | undefined {
  const targets = registeredTargets(policies, purpose);
  if (targets.length === 0) return undefined;
  const shared = sharedFor(targets, options.objectSelector);
  const objectSelector = options.objectSelector ?? shared.labels;
  return {
    name: webhookName(name, purpose, gate),
    ...(endpoint === undefined
      ? {}
      : { clientConfig: clientConfigAt(endpoint, gatePath(settings.cluster, purpose, name)) }),
    rules: rulesOf(targets.flatMap(targetCells)),
    matchPolicy: "Equivalent",
    namespaceSelector: namespaceSelector(options.namespaceSelector, shared),
    // Empty ones too: what is not written is not taken back from whoever else writes it.
    objectSelector: objectSelector ?? {},
    matchConditions: [
      ...guardConditions(targets),
      ...wantedCondition(targets, shared),
      ...(options.matchConditions ?? []).map(({ name, expression }) => ({ name, expression })),
    ],
    failurePolicy: options.failurePolicy ?? failurePolicyOf(targets, settings),
    timeoutSeconds: options.timeoutSeconds ?? TIMEOUT_SECONDS,
    sideEffects: "None",
    admissionReviewVersions: ["v1", "v1beta1"],
    ...(purpose === "mutate" ? { reinvocationPolicy: options.reinvocationPolicy ?? "IfNeeded" } : {}),
  };
}

/** The condition that a webhook's policies would need, whatever its length; undefined where they need none. */
export function wantedPolicyCondition({ options, policies }: ResolvedEntry, purpose: Purpose): string | undefined {
  const targets = registeredTargets(policies, purpose);
  return targets.length === 0 ? undefined : policyCondition(targets, sharedFor(targets, options.objectSelector));
}

/** Labels are the entry's own selector's where it has one: both would have to hold for the same one of object and old object. */
function sharedFor(targets: readonly RegisteredTarget[], objectSelector: LabelSelector | undefined): SharedSelectors {
  const shared = sharedSelectors(targets);
  return objectSelector === undefined ? shared : { ...shared, labels: undefined };
}

function wantedCondition(targets: readonly RegisteredTarget[], shared: SharedSelectors): MatchCondition[] {
  const expression = policyCondition(targets, shared);
  return expression === undefined || expression.length > CONDITION_LENGTH
    ? []
    : [{ name: `${OWN_PREFIX}policies`, expression }];
}

function namespaceSelector(own: LabelSelector = {}, { include, exclude }: SharedSelectors): LabelSelector {
  const shared: LabelExpression[] = [];
  if (exclude.length > 0) shared.push({ key: NAMESPACE_NAME, operator: "NotIn", values: exclude });
  if (include !== undefined) shared.push({ key: NAMESPACE_NAME, operator: "In", values: sorted(include) });
  if (shared.length === 0) return own;
  return { ...own, matchExpressions: [...(own.matchExpressions ?? []), ...shared] };
}

/** Fail where something is enforced: a gate that cannot be asked would let through what it is there to refuse. */
function failurePolicyOf(targets: readonly RegisteredTarget[], settings: ClusterSettings): FailurePolicy {
  return targets.some(({ policy }) => settings.modeOf(policy.name) === "enforce") ? "Fail" : "Ignore";
}
