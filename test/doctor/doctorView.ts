import type { ClusterView } from "../../src/doctor/cluster/ClusterView.ts";
import { type LiveRegistration, readRegistration } from "../../src/doctor/cluster/LiveRegistration.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../src/policies/index.ts";
import type { ClusterSettings } from "../../src/policy/define/ClusterSettings.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import { POSTERN_VERSION } from "../../src/protocol/posternVersion.ts";
import { renderRegistrations } from "../../src/registration/render/renderRegistrations.ts";
import type { TargetKind } from "../../src/sync/target/SyncTarget.ts";
import { readableCertificates } from "../../src/trust/bundle.ts";
import { TestCa } from "../cluster/TestCa.ts";

/** The base URL of the gate. */
export const BASE = "https://gate.example.com";
const DAY_MS = 86_400_000;

/** A CA and the chain that an endpoint serves, in PEM. */
export interface DoctorCa {
  readonly root: string;
  readonly chain: string;
  /** Issues a certificate for `gate.example.com`. The validity is in days from now. */
  readonly chainOf: (fromDays: number, toDays: number) => Promise<string>;
}

/** Creates a CA, and a chain that is valid for 89 more days. */
export async function doctorCa(name: string): Promise<DoctorCa> {
  const ca = await TestCa.create(name, {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 900 * DAY_MS),
  });
  const chainOf = async (fromDays: number, toDays: number): Promise<string> => {
    const [notBefore, notAfter] = [fromDays, toDays].map((days) => new Date(Date.now() + days * DAY_MS));
    const dates = {
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(notAfter === undefined ? {} : { notAfter }),
    };
    return (await ca.issue({ name: "edge", hosts: ["gate.example.com"], ...dates })).cert;
  };
  return { root: ca.cert, chain: await chainOf(-1, 89), chainOf };
}

const gate = defineGate({ name: "postern", policies: [denyLabels()], clusters: { production: { identity: "none" } } });
const settings: ClusterSettings = { cluster: "production", modeOf: () => "enforce", paramsOf: () => undefined };

/** The registrations that `postern render --sync` prints, after `change` was applied to each of them. */
export async function registrations(
  ca: string,
  change: (object: JsonObject) => JsonObject = (object) => object,
): Promise<LiveRegistration[]> {
  const { objects } = await renderRegistrations(gate, settings, { url: BASE, ca }, { sync: true });
  return objects.flatMap((object) => {
    if (!("webhooks" in object)) return [];
    const json: JsonObject = JSON.parse(JSON.stringify(object));
    return readRegistration(object.kind as TargetKind, change(json)) ?? [];
  });
}

/** A view of a healthy cluster, with changes. */
export async function viewOf(ca: DoctorCa, more: Partial<ClusterView> = {}): Promise<ClusterView> {
  const { hash } = await renderRegistrations(gate, settings);
  return {
    now: Date.now(),
    gate: "postern",
    cluster: "production",
    registrations: await registrations(ca.root),
    others: [],
    endpoints: [{ base: BASE, handshakes: [{ address: "192.0.2.1", chain: readableCertificates(ca.chain) }] }],
    certificates: [],
    serviceSecrets: [],
    clocks: [{ of: "API server", aheadMs: 900 }],
    hosts: ["gate.example.com"],
    places: ["gate.example.com"],
    wantedUrl: undefined,
    syncJob: { isSuspended: false, createdAt: 0, lastScheduledAt: Date.now(), lastSuccessAt: Date.now() },
    missingRights: [],
    selfTests: [{ gate: "postern", result: "signed", message: "", version: POSTERN_VERSION }],
    soakMs: DAY_MS,
    served: undefined,
    plan: undefined,
    sources: { gate, settings, hash },
    unseen: [],
    ...more,
  };
}
