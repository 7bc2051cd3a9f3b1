import type { ClusterView } from "../../src/doctor/cluster/ClusterView.ts";
import { type LiveRegistration, readRegistration } from "../../src/doctor/cluster/LiveRegistration.ts";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../src/policies/index.ts";
import type { ClusterSettings } from "../../src/policy/define/ClusterSettings.ts";
import type { JsonObject } from "../../src/protocol/Json.ts";
import { renderRegistrations } from "../../src/registration/render/renderRegistrations.ts";
import type { TargetKind } from "../../src/sync/target/SyncTarget.ts";
import { readableCertificates } from "../../src/trust/bundle.ts";
import { TestCa } from "../cluster/TestCa.ts";

export const BASE = "https://gate.example.com";
const DAY = 86_400_000;

/** A CA, and the chain that it has an endpoint serve. In PEM. */
export interface DoctorCa {
  readonly root: string;
  readonly chain: string;
  /** For `gate.example.com`, of the same CA, from and to so many days from now. */
  readonly chainOf: (from: number, to: number) => Promise<string>;
}

export async function doctorCa(name: string): Promise<DoctorCa> {
  const ca = await TestCa.create(name, {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 900 * DAY),
  });
  const chainOf = async (from: number, to: number): Promise<string> => {
    const [notBefore, notAfter] = [from, to].map((days) => new Date(Date.now() + days * DAY));
    const dates = {
      ...(notBefore === undefined ? {} : { notBefore }),
      ...(notAfter === undefined ? {} : { notAfter }),
    };
    return (await ca.issue({ name: "edge", hosts: ["gate.example.com"], ...dates })).cert;
  };
  return { root: ca.cert, chain: await chainOf(-1, 89), chainOf };
}

const gate = defineGate({ name: "postern", policies: [denyLabels()], clusters: { production: {} } });
const settings: ClusterSettings = { cluster: "production", modeOf: () => "enforce", paramsOf: () => undefined };

/** The registrations that `postern render --sync` prints, each as a change of them has it. */
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

/** A cluster in which everything is as it is to be, but for what a test says. */
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
    clocks: [{ of: "API server", ahead: 900 }],
    hosts: ["gate.example.com"],
    syncJob: { isSuspended: false, created: 0, lastScheduled: Date.now(), lastSuccess: Date.now() },
    missingRights: [],
    selfTests: [{ gate: "postern", result: "signed", message: "" }],
    soak: DAY,
    plan: undefined,
    sources: { gate, settings, hash },
    unseen: [],
    ...more,
  };
}
