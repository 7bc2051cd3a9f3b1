import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { LabelExpression, LabelSelector } from "../../policy/define/LabelSelector.ts";
import { gatePath } from "../../protocol/gateUrl.ts";
import { guardConditions } from "../conditions/guardConditions.ts";
import { policyCondition } from "../conditions/policyCondition.ts";
import { clientConfigAt, type Endpoint } from "../Endpoint.ts";
import type { FailurePolicy, MatchCondition } from "../entry/EntryOptions.ts";
import { OWN_PREFIX } from "../entry/entryFault.ts";
import type { ResolvedEntry } from "../entry/gateEntries.ts";
import type { Webhook } from "../RegistrationObject.ts";
import { type Purpose, type RegisteredTarget, targetCells } from "../rules/registeredTargets.ts";
import { rulesOf } from "../rules/rulesOf.ts";
import { type SharedSelectors, sharedSelectors, sorted } from "../rules/sharedSelectors.ts";
import { type VersionPart, versionParts } from "../rules/versionParts.ts";

/** The label that the API server sets on each namespace, with the name of the namespace as its value. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";
/** Long enough for an edge on another continent, short enough for a client that waits. */
const DEFAULT_TIMEOUT_SECONDS = 5;
/**
 * A longer condition is left out; then only the gate's own index decides. CEL stops parsing at 100,000 code points
 * (cel-go's default). A condition of 28,000 characters on 500 labels stayed within the API server's cost limit
 * (PerCallLimit).
 */
export const MAX_CONDITION_LENGTH = 30_000;

/** The gate, cluster and endpoint that a webhook is for. */
export interface WebhookContext {
  readonly gate: string;
  readonly settings: ClusterSettings;
  readonly endpoint: Endpoint | undefined;
}

/** The name of the webhook of an entry, or of one of its parts. */
export function webhookName(entry: string, purpose: Purpose, gate: string, part?: string): string {
  return `${part === undefined ? "" : `${part}.`}${entry}.${purpose}.${gate}.postern.dev`;
}

/** The webhooks that call the validators or mutators of an entry: one for each of its {@link versionParts}. */
export function webhooksOf(entry: ResolvedEntry, purpose: Purpose, context: WebhookContext): Webhook[] {
  const parts = versionParts(entry.policies, purpose);
  const failurePolicy = failurePolicyOf(
    parts.flatMap(({ targets }) => targets),
    context.settings,
  );
  return parts.map((part) => webhookOf(entry, purpose, part, { ...context, failurePolicy }));
}

function webhookOf(
  { name: entry, options }: ResolvedEntry,
  purpose: Purpose,
  { name: part, targets }: VersionPart,
  { gate, settings, endpoint, failurePolicy }: WebhookContext & { readonly failurePolicy: FailurePolicy },
): Webhook {
  const shared = sharedFor(targets, options.objectSelector);
  const objectSelector = options.objectSelector ?? shared.labels;
  return {
    name: webhookName(entry, purpose, gate, part),
    ...(endpoint === undefined
      ? {}
      : { clientConfig: clientConfigAt(endpoint, gatePath(settings.cluster, purpose, entry, part)) }),
    rules: rulesOf(targets.flatMap(targetCells)),
    matchPolicy: "Equivalent",
    namespaceSelector: namespaceSelector(options.namespaceSelector, shared),
    // Also when empty: with server-side apply a field that is not written keeps the value of another manager.
    objectSelector: objectSelector ?? {},
    matchConditions: [
      ...guardConditions(targets),
      ...policyConditions(targets, shared),
      ...(options.matchConditions ?? []).map(({ name, expression }) => ({ name, expression })),
    ],
    failurePolicy: options.failurePolicy ?? failurePolicy,
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    sideEffects: "None",
    admissionReviewVersions: ["v1", "v1beta1"],
    ...(purpose === "mutate" ? { reinvocationPolicy: options.reinvocationPolicy ?? "IfNeeded" } : {}),
  };
}

/** The conditions that an entry's policies need, one for each part that needs one, also when it is too long. */
export function fullPolicyConditions({ options, policies }: ResolvedEntry, purpose: Purpose): string[] {
  return versionParts(policies, purpose).flatMap(
    ({ targets }) => policyCondition(targets, sharedFor(targets, options.objectSelector)) ?? [],
  );
}

/**
 * Selectors of all targets. Without labels when the entry has an objectSelector: both selectors would have to match the
 * same object, either the new or the old one.
 */
function sharedFor(targets: readonly RegisteredTarget[], objectSelector: LabelSelector | undefined): SharedSelectors {
  const shared = sharedSelectors(targets);
  return objectSelector === undefined ? shared : { ...shared, labels: undefined };
}

function policyConditions(targets: readonly RegisteredTarget[], shared: SharedSelectors): MatchCondition[] {
  const expression = policyCondition(targets, shared);
  return expression === undefined || expression.length > MAX_CONDITION_LENGTH
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

/** `Fail` when a policy enforces. With `Ignore`, requests would be allowed while the gate cannot be called. */
function failurePolicyOf(targets: readonly RegisteredTarget[], settings: ClusterSettings): FailurePolicy {
  return targets.some(({ policy }) => settings.modeOf(policy.name) === "enforce") ? "Fail" : "Ignore";
}
