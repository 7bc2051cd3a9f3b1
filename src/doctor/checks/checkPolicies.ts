import { liveWebhooks } from "../../registration/LiveWebhook.ts";
import { gateEntries } from "../../registration/render/gateEntries.ts";
import { uncalledPolicies } from "../../registration/uncalledPolicies.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView, GateSources } from "../cluster/ClusterView.ts";
import type { LiveHook, LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { Diagnosis } from "../Diagnosis.ts";

const TODO = "Render and apply the registrations anew; postern render --diff shows what would change.";

/** Whether a cluster asks the gate about what its policies match: with the gate's sources alone this can be told. */
export function checkPolicies({ sources, registrations }: ClusterView): Diagnosis[] {
  if (sources === undefined) return [];
  const { gate, settings } = sources;
  const own = registrations.filter((it) => it.gate === undefined || it.gate === gate.name);
  const called = own.filter(({ isCanary }) => !isCanary);
  // That nothing is judged is said elsewhere.
  if (called.length === 0) return [];
  const uncalled = uncalledPolicies(
    gate,
    settings.cluster,
    called.flatMap(({ object }) => liveWebhooks(object)),
  );
  return [
    ...uncalled.map(
      ({ policy, missing }): Diagnosis => ({
        code: "policy-not-called",
        severity: "warning",
        about: `policy ${policy}`,
        message: `no registration asks it about ${missing.slice(0, 5).join(", ")}${missing.length > 5 ? ` and ${missing.length - 5} more` : ""}: it is silent there`,
        todo: TODO,
      }),
    ),
    ...called.flatMap((registration) => [
      ...outdated(registration, sources),
      ...registration.hooks.flatMap((hook) => entryFaults(registration, hook, sources)),
    ]),
  ];
}

function outdated(registration: LiveRegistration, { hash }: GateSources): Diagnosis[] {
  if (registration.hash === undefined || registration.hash === hash) return [];
  const about = targetName(registration);
  const message = "was rendered from another gate than this one, or for other settings of the cluster";
  return [{ code: "outdated-registration", severity: "warning", about, message, todo: TODO }];
}

function entryFaults(registration: LiveRegistration, hook: LiveHook, { gate, settings }: GateSources): Diagnosis[] {
  const name = /\/(?:validate|mutate)\/([^/?#]+)$/.exec(hook.url ?? "")?.[1];
  if (name === undefined) return [];
  const about = targetName(registration);
  const entry = gateEntries(gate).find((it) => it.name === name);
  if (entry === undefined)
    return [
      {
        code: "unknown-entry",
        severity: "warning",
        about,
        message: `its webhook ${hook.name} calls the entry ${name}, which the gate does not have any more: every policy that matches runs there`,
        todo: TODO,
      },
    ];
  const enforced = entry.policies.filter((policy) => settings.modeOf(policy.name) === "enforce");
  if (hook.failurePolicy === "Fail" || enforced.length === 0) return [];
  const isMeant = entry.options.failurePolicy === "Ignore";
  return [
    {
      code: "ignores-failures",
      severity: isMeant ? "info" : "warning",
      about,
      message: `its webhook ${hook.name} has failurePolicy Ignore, and ${enforced.map((it) => it.name).join(", ")} would enforce: while the gate cannot be called, everything is allowed`,
      todo: isMeant ? `Nothing, where that is meant: the entry ${name} says so.` : TODO,
    },
  ];
}
