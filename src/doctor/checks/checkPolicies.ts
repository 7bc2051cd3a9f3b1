import { readGateUrl } from "../../protocol/gateUrl.ts";
import { gateEntries } from "../../registration/entry/gateEntries.ts";
import { liveWebhooks } from "../../registration/LiveWebhook.ts";
import { versionParts } from "../../registration/rules/versionParts.ts";
import { uncalledPolicies } from "../../registration/uncalledPolicies.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView, GateSources } from "../cluster/ClusterView.ts";
import type { LiveHook, LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** How many uncalled resources of a policy are listed. */
const MAX_LISTED = 5;
const TODO = "Render and apply the registrations again. postern render --diff shows the changes.";

/** Checks whether the registrations send the gate everything that its policies match. Needs the gate's sources. */
export function checkPolicies({ sources, registrations }: ClusterView): DoctorFinding[] {
  if (sources === undefined) return [];
  const { gate, settings } = sources;
  const own = registrations.filter((it) => it.gate === undefined || it.gate === gate.name);
  const called = own.filter(({ isCanary }) => !isCanary);
  // Without registrations, the finding is no-registration.
  if (called.length === 0) return [];
  const uncalled = uncalledPolicies(
    gate,
    settings.cluster,
    called.flatMap(({ object }) => liveWebhooks(object)),
  );
  return [
    ...uncalled.map(
      ({ policy, missing }): DoctorFinding => ({
        code: "policy-not-called",
        severity: "warning",
        about: `policy ${policy}`,
        message: `no registration sends the gate ${missing.slice(0, MAX_LISTED).join(", ")}${missing.length > MAX_LISTED ? ` and ${missing.length - MAX_LISTED} more` : ""}: the policy does not run there`,
        todo: TODO,
      }),
    ),
    ...called.flatMap((registration) => [
      ...outdatedFindings(registration, sources),
      ...registration.hooks.flatMap((hook) => entryFindings(registration, hook, sources)),
    ]),
  ];
}

function outdatedFindings(registration: LiveRegistration, { hash }: GateSources): DoctorFinding[] {
  if (registration.hash === undefined || registration.hash === hash) return [];
  const about = targetName(registration);
  const message = "was rendered from another version of the gate, or with other settings of the cluster";
  return [{ code: "outdated-registration", severity: "warning", about, message, todo: TODO }];
}

function entryFindings(
  registration: LiveRegistration,
  hook: LiveHook,
  { gate, settings }: GateSources,
): DoctorFinding[] {
  const { entry: name, part } = readGateUrl(hook.url ?? "") ?? {};
  if (name === undefined) return [];
  const about = targetName(registration);
  const entry = gateEntries(gate).find((it) => it.name === name);
  if (entry === undefined)
    return [
      {
        code: "unknown-entry",
        severity: "warning",
        about,
        message: `its webhook ${hook.name} calls the entry ${name}, which the gate no longer has: every policy that matches runs there`,
        todo: TODO,
      },
    ];
  const parts = versionParts(
    entry.policies,
    registration.kind === "MutatingWebhookConfiguration" ? "mutate" : "validate",
  );
  if (part !== undefined && !parts.some((it) => it.name === part))
    return [
      {
        code: "unknown-entry",
        severity: "warning",
        about,
        message: `its webhook ${hook.name} calls the part ${part} of the entry ${name}, which the gate no longer has: every policy of the entry that matches runs there`,
        todo: TODO,
      },
    ];
  const enforced = entry.policies.filter((policy) => settings.modeOf(policy.name) === "enforce");
  if (hook.failurePolicy === "Fail" || enforced.length === 0) return [];
  const isIntended = entry.options.failurePolicy === "Ignore";
  return [
    {
      code: "ignores-failures",
      severity: isIntended ? "info" : "warning",
      about,
      message: `its webhook ${hook.name} has failurePolicy Ignore, but these policies enforce: ${enforced.map((it) => it.name).join(", ")}. While the gate cannot be called, everything is allowed`,
      todo: isIntended ? `Nothing, if this is intended: the entry ${name} sets failurePolicy Ignore.` : TODO,
    },
  ];
}
