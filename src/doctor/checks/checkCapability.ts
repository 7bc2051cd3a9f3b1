import { readGateUrl } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { capabilityTimes } from "../../sync/capability/capabilityTimes.ts";
import { targetName } from "../../sync/target/SyncTarget.ts";
import type { ClusterView } from "../cluster/ClusterView.ts";
import { gateHooks } from "../cluster/gateHooks.ts";
import type { LiveRegistration } from "../cluster/LiveRegistration.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { durationText } from "./timeLeft.ts";

const GET_TODO =
  "Let the sync run, with capability in its config. For a first install: postern render --sync --sync-token FILE.";
/** The default of the gate's setting `grace`. */
const DEFAULT_GRACE_MS = 7 * 86_400_000;
const RENEW_TODO =
  "Read the log of the sync, which renews it at half of its life: the finding capability-not-renewed says why it does not. Check capability in its config, the projected token, and identity of the cluster in the gate.";

/**
 * Checks who may call the gate for this cluster, as far as the gate's settings and the URLs tell. The times of a capability
 * come from the URL itself, and are not verified.
 */
export function checkCapability(view: ClusterView): DoctorFinding[] {
  return [...openGate(view), ...view.registrations.flatMap((it) => registrationFindings(it, view))];
}

function openGate(view: ClusterView): DoctorFinding[] {
  const { sources } = view;
  if (sources?.tiers?.includes("none") !== true) return [];
  const bases = new Set(gateHooks(view).map(({ base }) => base));
  if (bases.size > 0 && [...bases].every((base) => Host.ofUrl(base).isLoopback)) return [];
  const { cluster } = sources.settings;
  const others = sources.tiers.filter((name) => name !== "none");
  return [
    {
      code: "identity-none",
      severity: "warning",
      about: `gate ${sources.gate.name}`,
      message:
        others.length === 0
          ? `takes every call for the cluster ${cluster}: whoever reaches it gets its verdicts`
          : `takes calls without a credential for the cluster ${cluster}, beside ${others.join(" and ")}`,
      todo: "Set identity of the cluster in the gate to the tiers that it uses. See src/identity/README.md.",
    },
  ];
}

function registrationFindings(registration: LiveRegistration, { now, sources }: ClusterView): DoctorFinding[] {
  const about = targetName(registration);
  const calls = registration.hooks.flatMap(({ url }) => readGateUrl(url ?? "") ?? []);
  const tokens = new Set(calls.flatMap(({ token }) => token ?? []));
  const findings: DoctorFinding[] = [];
  const needed = capabilityNeed(registration.kind, sources?.tiers ?? []);
  if (needed !== undefined && calls.some(({ token }) => token === undefined))
    findings.push({
      code: "capability-missing",
      severity: "error",
      about,
      message: `has a URL without a capability, and ${needed}: the gate refuses each call`,
      todo:
        sources?.tiers?.includes("capability") === true
          ? GET_TODO
          : `Add the tier capability to identity of the cluster in the gate. ${GET_TODO}`,
    });
  for (const token of tokens) {
    const finding = lifeFinding(token, now, sources?.graceMs ?? DEFAULT_GRACE_MS);
    if (finding !== undefined) findings.push({ ...finding, about, todo: RENEW_TODO });
  }
  return findings;
}

/** Why the URLs of a registration have to have a capability; undefined when they need not. */
function capabilityNeed(kind: LiveRegistration["kind"], tiers: readonly string[]): string | undefined {
  if (tiers.length === 0 || tiers.includes("none")) return undefined;
  if (tiers.every((name) => name === "capability")) return "the gate takes only capabilities for this cluster";
  return kind === "CustomResourceDefinition" ? "API servers send no other credential with conversions" : undefined;
}

function lifeFinding(
  token: string,
  now: number,
  graceMs: number,
): Pick<DoctorFinding, "code" | "severity" | "message"> | undefined {
  const times = capabilityTimes(token, now);
  if (times === undefined) return undefined;
  const { issuedMs, expiresMs } = times;
  const [end, graceEnd] = [expiresMs, expiresMs + graceMs].map(minuteText);
  const leftMs = expiresMs - now;
  if (leftMs <= 0) {
    const isOver = now >= expiresMs + graceMs;
    const grace = isOver
      ? `its grace ended at ${graceEnd}: the gate refuses each call`
      : `the gate honours it until ${graceEnd}, and then refuses each call`;
    const message = `its capability ended at ${end}, and ${grace} (not verified)`;
    return { code: "capability-expired", severity: "error", message };
  }
  if (leftMs >= (expiresMs - issuedMs) / 4) return undefined;
  const message = `its capability ends in ${durationText(leftMs)}, at ${end}: it was not renewed at half of its life (not verified)`;
  return { code: "capability-runs-out", severity: "warning", message };
}

function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
