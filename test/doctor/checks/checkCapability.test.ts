import { beforeAll, describe, expect, it } from "vitest";
import { checkCapability } from "../../../src/doctor/checks/checkCapability.ts";
import type { LiveRegistration } from "../../../src/doctor/cluster/LiveRegistration.ts";
import { diagnose } from "../../../src/doctor/diagnose.ts";
import { madeCapability } from "../../sync/capability/madeCapability.ts";
import { BASE, type DoctorCa, doctorCa, registrations, viewOf } from "../doctorView.ts";

const NOW = Date.parse("2026-06-10T00:00:00Z");
const HOUR_MS = 3_600_000;
let ca: DoctorCa;

beforeAll(async () => {
  ca = await doctorCa("root");
});

/** A capability that was issued this many hours ago and lives for a day. */
const issued = (hours: number): string => madeCapability({ issuedMs: NOW - hours * HOUR_MS, cluster: "production" });

/** The registration and its canary, with this capability in their URLs, or at another base URL. */
async function withToken(token: string | undefined, base = BASE): Promise<LiveRegistration[]> {
  const live = await registrations(ca.root);
  const at = `${base}${token === undefined ? "" : `/k/${token}`}`;
  return live.map((it) => ({ ...it, hooks: it.hooks.map((hook) => ({ ...hook, url: hook.url?.replace(BASE, at) })) }));
}

interface Case {
  readonly token?: string | undefined;
  readonly tiers?: readonly string[];
  readonly graceMs?: number;
  readonly base?: string;
  /** The registrations are of this kind. */
  readonly kind?: LiveRegistration["kind"];
}

async function findings({ token, base, kind, ...settings }: Case) {
  const live = await withToken(token, base);
  const ofKind = live.map((it) => ({ ...it, kind: kind ?? it.kind }));
  const view = await viewOf(ca, { now: NOW, registrations: ofKind });
  if (view.sources === undefined) throw new Error("the view has no sources");
  const found = checkCapability({ ...view, sources: { ...view.sources, ...settings } });
  return [...new Map(found.map((it) => [it.code, `${it.severity} ${it.code}: ${it.message}`])).values()];
}

const END = "its capability ended at 2026-06-09 22:00 UTC";

describe("checkCapability", () => {
  it.each<[what: string, given: () => Case, found: string[]]>([
    ["no settings", () => ({}), []],
    ["a young capability", () => ({ token: issued(2), tiers: ["capability"] }), []],
    ["one with more than a quarter left", () => ({ token: issued(17) }), []],
    [
      "one with less than a quarter left",
      () => ({ token: issued(20) }),
      [
        "warning capability-runs-out: its capability ends in 4 hours, at 2026-06-10 04:00 UTC: it was not renewed at half of its life (not verified)",
      ],
    ],
    [
      "one in its grace",
      () => ({ token: issued(26) }),
      [
        `error capability-expired: ${END}, and the gate honours it until 2026-06-16 22:00 UTC, and then refuses each call (not verified)`,
      ],
    ],
    [
      "one after the grace of the gate's settings",
      () => ({ token: issued(26), graceMs: HOUR_MS }),
      [
        `error capability-expired: ${END}, and its grace ended at 2026-06-09 23:00 UTC: the gate refuses each call (not verified)`,
      ],
    ],
    ["a token that cannot be read", () => ({ token: "token" }), []],
    [
      "no capability, and only capabilities are taken",
      () => ({ tiers: ["capability"] }),
      [
        "error capability-missing: has a URL without a capability, and the gate takes only capabilities for this cluster: the gate refuses each call",
      ],
    ],
    [
      "conversions without a capability, which are not identified otherwise",
      () => ({ tiers: ["jwt", "capability"], kind: "CustomResourceDefinition" }),
      [
        "error capability-missing: has a URL without a capability, and API servers send no other credential with conversions: the gate refuses each call",
      ],
    ],
    [
      "conversions without a capability, and every caller is taken",
      () => ({ tiers: ["none"], kind: "CustomResourceDefinition" }),
      ["warning identity-none: takes every call for the cluster production: whoever reaches it gets its verdicts"],
    ],
    [
      "conversions with a capability",
      () => ({ token: issued(2), tiers: ["jwt", "capability"], kind: "CustomResourceDefinition" }),
      [],
    ],
    ["conversions of a gate with unknown settings", () => ({ kind: "CustomResourceDefinition" }), []],
    ["no capability, and another tier is taken as well", () => ({ tiers: ["jwt", "capability"] }), []],
    [
      "every caller is taken",
      () => ({ tiers: ["none"] }),
      ["warning identity-none: takes every call for the cluster production: whoever reaches it gets its verdicts"],
    ],
    [
      "every caller is taken beside others",
      () => ({ tiers: ["capability", "none"], token: issued(1) }),
      ["warning identity-none: takes calls without a credential for the cluster production, beside capability"],
    ],
    ["every caller is taken on this machine", () => ({ tiers: ["none"], base: "https://localhost:8443" }), []],
  ])("with %s", async (_, given, found) => {
    expect(await findings(given())).toEqual(found);
  });

  it("no finding of doctor has the capability", async () => {
    const token = issued(30);
    const foreign = (await withToken(token)).map((it) => ({
      ...it,
      hooks: it.hooks.map((hook) => ({ ...hook, url: hook.url?.replace("/c/production", "/c/other") })),
    }));
    const view = await viewOf(ca, { now: NOW, registrations: [...(await withToken(token)), ...foreign], hosts: [] });
    const text = JSON.stringify(diagnose(view));
    expect(text).toContain("/k/(hidden)/c/other");
    expect(text).not.toContain(token.slice(0, 30));
    expect(text).not.toContain(token.slice(-30));
  });
});
