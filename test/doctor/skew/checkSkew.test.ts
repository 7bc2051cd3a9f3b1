import { beforeAll, describe, expect, it } from "vitest";
import type { ClusterView } from "../../../src/doctor/cluster/ClusterView.ts";
import { checkSkew } from "../../../src/doctor/skew/checkSkew.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { POSTERN_VERSION } from "../../../src/protocol/posternVersion.ts";
import { type DoctorCa, doctorCa, registrations, viewOf } from "../doctorView.ts";

let ca: DoctorCa;
beforeAll(async () => {
  ca = await doctorCa("own");
});

const VERSION = "postern.dev/version";
const stated = (version: string | undefined) => async (): Promise<Partial<ClusterView>> => ({
  registrations: await registrations(ca.root, (object): JsonObject => {
    const metadata: JsonObject = { ...Object(object.metadata) };
    const { [VERSION]: _, ...rest }: JsonObject = { ...Object(metadata.annotations) };
    return {
      ...object,
      metadata: { ...metadata, annotations: version === undefined ? rest : { ...rest, [VERSION]: version } },
    };
  }),
});
const JOB = { isSuspended: false, createdAt: 0, lastScheduledAt: 0, lastSuccessAt: 0 };
const gate = (version: string | undefined) => async (): Promise<Partial<ClusterView>> => ({
  ...(await stated("0.3.0")()),
  selfTests: [{ gate: "postern", result: "signed", message: "", version }],
});
const sync = (version: string | undefined) => async (): Promise<Partial<ClusterView>> => ({
  ...(await stated("0.3.0")()),
  selfTests: [],
  syncJob: { ...JOB, version },
});

describe("checkSkew of a command of 0.3.0", () => {
  it.each<[string, () => Promise<Partial<ClusterView>>, string[]]>([
    [
      "registrations that state no version",
      async () => ({ ...(await stated(undefined)()), selfTests: [] }),
      [
        "info version-behind ValidatingWebhookConfiguration/postern.canary: was rendered by an early version, which does not state itself; this command is 0.3.0",
        "info version-behind ValidatingWebhookConfiguration/postern: was rendered by an early version, which does not state itself; this command is 0.3.0",
      ],
    ],
    ["a gate of 0.3.4", gate("0.3.4"), []],
    ["a gate of 0.2.0", gate("0.2.0"), ["info version-behind gate postern: runs 0.2.0; this command is 0.3.0"]],
    [
      "a gate of 0.1.0",
      gate("0.1.0"),
      [
        "warning version-behind gate postern: runs 0.1.0; this command is 0.3.0, which is more than one minor version away",
      ],
    ],
    ["a gate of 0.4.0", gate("0.4.0"), ["info version-ahead gate postern: runs 0.4.0; this command is 0.3.0"]],
    [
      "a gate that states no version",
      gate(undefined),
      ["info version-behind gate postern: runs an early version, which does not state itself; this command is 0.3.0"],
    ],
    ["a sync whose image says no version", sync(undefined), []],
    ["a sync whose image says something else", sync("nightly"), []],
    ["a sync of 0.2.1", sync("0.2.1"), ["info version-behind CronJob/postern-sync: runs 0.2.1; this command is 0.3.0"]],
    [
      "a Deployment of 0.5.0",
      async () => ({ ...(await sync(undefined)()), syncJob: { replicas: 1, ready: 1, version: "0.5.0" } }),
      [
        "warning version-ahead Deployment/postern-sync: runs 0.5.0; this command is 0.3.0, which is more than one minor version away",
      ],
    ],
  ])("%s", async (_, more, found) => {
    const findings = checkSkew(await viewOf(ca, await more()), "0.3.0");
    expect(findings.map((it) => `${it.severity} ${it.code} ${it.about}: ${it.message}`)).toEqual(found);
  });

  it("a self-test that was not verified says nothing", async () => {
    const more = { ...(await stated("0.3.0")()), selfTests: [{ gate: "g", result: "called", message: "" } as const] };
    expect(checkSkew(await viewOf(ca, more), "0.3.0")).toEqual([]);
  });

  it("a cluster of this version has no finding", async () => {
    const selfTests = [{ gate: "postern", result: "signed", message: "", version: POSTERN_VERSION } as const];
    expect(checkSkew(await viewOf(ca, { selfTests }))).toEqual([]);
  });
});
