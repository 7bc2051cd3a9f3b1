import { isJsonObject } from "../protocol/Json.ts";
import type { Purpose } from "./rules/registeredTargets.ts";

/** A rule read from a cluster. A missing list is empty. */
export interface LiveRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly string[];
  readonly resources: readonly string[];
  readonly scope: string;
}

/** The parts of a webhook, read from a cluster, that decide what it is called for. */
export interface LiveWebhook {
  readonly purpose: Purpose;
  /** Undefined for a webhook that calls a Service. */
  readonly url: string | undefined;
  readonly rules: readonly LiveRule[];
  /** The expressions of its matchConditions. */
  readonly conditions: readonly string[];
}

/** The webhooks of a configuration read from a cluster; empty for an object that is not a configuration. */
export function liveWebhooks(configuration: unknown): LiveWebhook[] {
  if (!isJsonObject(configuration) || !Array.isArray(configuration.webhooks)) return [];
  const purpose = configuration.kind === "MutatingWebhookConfiguration" ? "mutate" : "validate";
  return configuration.webhooks.filter(isJsonObject).map(({ clientConfig, rules, matchConditions }) => {
    const url = isJsonObject(clientConfig) ? clientConfig.url : undefined;
    return {
      purpose,
      url: typeof url === "string" ? url : undefined,
      rules: Array.isArray(rules) ? rules.filter(isJsonObject).map(liveRule) : [],
      conditions: Array.isArray(matchConditions)
        ? strings(matchConditions.filter(isJsonObject).map(({ expression }) => expression))
        : [],
    };
  });
}

function liveRule({
  apiGroups,
  apiVersions,
  operations,
  resources,
  scope,
}: Readonly<Record<string, unknown>>): LiveRule {
  return {
    apiGroups: strings(apiGroups),
    apiVersions: strings(apiVersions),
    operations: strings(operations),
    resources: strings(resources),
    // The API server's default.
    scope: typeof scope === "string" ? scope : "*",
  };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}
