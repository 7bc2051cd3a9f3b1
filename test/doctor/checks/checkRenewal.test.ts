import { beforeAll, describe, expect, it } from "vitest";
import { checkRenewal } from "../../../src/doctor/checks/checkRenewal.ts";
import type { ClusterView } from "../../../src/doctor/cluster/ClusterView.ts";
import { type LiveRegistration, readRegistration } from "../../../src/doctor/cluster/LiveRegistration.ts";
import { readManagedCertificate } from "../../../src/doctor/cluster/ManagedCertificate.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { type DoctorCa, doctorCa, viewOf } from "../doctorView.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const THEIRS = "ValidatingWebhookConfiguration/theirs";
let ca: DoctorCa;
beforeAll(async () => {
  ca = await doctorCa("own");
});

const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

/** A registration that calls Service hooks/theirs. */
function theirs(annotations: JsonObject = {}, more: readonly JsonObject[] = []): LiveRegistration {
  const clientConfig = { service: { namespace: "hooks", name: "theirs" } };
  const read = readRegistration("ValidatingWebhookConfiguration", {
    metadata: { name: "theirs", annotations },
    webhooks: [{ name: "a.example.com", failurePolicy: "Fail", clientConfig }, ...more],
  });
  if (read === undefined) throw new Error("no registration");
  return read;
}

const certificate = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({
  metadata: { namespace: "hooks", name: "serving" },
  spec: { secretName: "serving-tls", dnsNames: ["theirs.hooks.svc"], ...spec },
  status,
});
const ready = { type: "Ready", status: "True", reason: "Ready", message: "up to date" };
const well = { notBefore: day(-10), notAfter: day(80), renewalTime: day(50), conditions: [ready] };

async function told(more: Partial<ClusterView>): Promise<string[]> {
  const view = await viewOf(ca, { others: [theirs()], ...more });
  return checkRenewal(view).map(({ severity, code, about, message }) => `${severity} ${code} ${about}: ${message}`);
}
const certificates = (...items: JsonObject[]): Pick<ClusterView, "certificates"> => ({
  certificates: items.map(readManagedCertificate),
});

describe("a Service with a Certificate of cert-manager", () => {
  it.each<[name: string, certificate: JsonObject, found: RegExp | undefined]>([
    ["that is well", certificate(well), undefined],
    [
      "that should have been renewed a while ago",
      certificate({ ...well, notBefore: day(-65), notAfter: day(25), renewalTime: day(-5) }),
      /^warning not-renewed .*theirs: its webhook a\.example\.com is served by Service hooks\/theirs: Certificate hooks\/serving \(Secret serving-tls\) ends in 2[45] days, on .* UTC, and should have been renewed since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    ],
    [
      "that is being renewed right now",
      certificate({
        ...well,
        notBefore: day(-60),
        notAfter: day(30),
        renewalTime: new Date(Date.now() - 60_000).toISOString(),
      }),
      undefined,
    ],
    [
      "that lives for 15 minutes and is not renewed at 5",
      certificate({
        ...well,
        notBefore: new Date(Date.now() - 12 * 60_000).toISOString(),
        notAfter: new Date(Date.now() + 3 * 60_000).toISOString(),
        renewalTime: new Date(Date.now() - 7 * 60_000).toISOString(),
      }),
      /^warning not-renewed .* ends in \d minutes?, on /,
    ],
    [
      "whose last attempt failed",
      certificate({
        ...well,
        notBefore: day(-65),
        notAfter: day(25),
        lastFailureTime: new Date(Date.now() - 3 * HOUR).toISOString(),
        conditions: [ready, { type: "Issuing", status: "False", reason: "Failed", message: "the order is invalid" }],
      }),
      /^warning renewal-failing .* ends in 2[45] days, on .*, and is not renewed; the last attempt failed 3 hours ago: Failed: the order is invalid$/,
    ],
    [
      "that was never issued",
      certificate({ conditions: [{ ...ready, status: "False", reason: "DoesNotExist", message: "no such secret" }] }),
      /^warning renewal-failing .* was never issued, and is not ready: DoesNotExist: no such secret$/,
    ],
    [
      "that has ended: a warning, for it is not the gate",
      certificate({
        ...well,
        notAfter: day(-1),
        renewalTime: day(-30),
        conditions: [{ ...ready, status: "False", reason: "Expired", message: "" }],
      }),
      /^warning renewal-failing .* ended 2[34] hours ago, on .*, and is not ready: Expired$/,
    ],
    ["for a wildcard", certificate({}, { dnsNames: ["*.hooks.svc"] }), /^warning renewal-failing /],
    ["for another name", certificate({}, { dnsNames: ["other.hooks.svc"] }), undefined],
    ["for nothing that can be read", { spec: "x", status: 1 }, undefined],
  ])("%s", async (_, item, found) => {
    const lines = await told(certificates(item));
    if (found === undefined) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringMatching(found)]);
  });

  it("that the injector's annotation names, whatever it is for", async () => {
    const others = [theirs({ "cert-manager.io/inject-ca-from": "hooks/serving" })];
    expect(await told({ others, ...certificates(certificate({}, { dnsNames: ["x"] })) })).toHaveLength(1);
  });

  it("of another namespace is another's", async () => {
    const item = { ...certificate({}), metadata: { namespace: "elsewhere", name: "serving" } };
    expect(await told(certificates(item))).toEqual([]);
  });

  it("is said once for all webhooks that call it", async () => {
    const clientConfig = { service: { namespace: "hooks", name: "theirs" } };
    const others = [theirs({}, [{ name: "b.example.com", clientConfig }])];
    expect(await told({ others, ...certificates(certificate({})) })).toEqual([
      expect.stringContaining("its webhooks a.example.com and 1 more are served by Service hooks/theirs: "),
    ]);
  });

  it("and a registration of the gate's own is as bad as it is", async () => {
    const ended = certificate({ ...well, notAfter: day(-1), renewalTime: day(-30) });
    expect(await told({ registrations: [theirs()], others: [], ...certificates(ended) })).toEqual([
      expect.stringMatching(/^error not-renewed /),
    ]);
  });
});

describe("two Certificates for one name, as main and standby", () => {
  const second = (status: JsonObject): JsonObject => ({
    ...certificate(status, { secretName: "standby-tls" }),
    metadata: { namespace: "hooks", name: "standby" },
  });
  const ended = { ...well, notAfter: day(-1), renewalTime: day(-30) };
  it.each<[name: string, first: JsonObject, second: JsonObject, found: RegExp[]]>([
    ["both well", well, well, []],
    ["the second is not renewed", well, ended, [/^warning not-renewed .*Certificate hooks\/standby /]],
    ["the first is not renewed", ended, well, [/^warning not-renewed .*Certificate hooks\/serving /]],
    [
      "neither is renewed",
      ended,
      ended,
      [/^error not-renewed .*hooks\/serving /, /^error not-renewed .*hooks\/standby /],
    ],
  ])("%s", async (_, main, standby, found) => {
    const own = { registrations: [theirs()], others: [], ...certificates(certificate(main), second(standby)) };
    expect(await told(own)).toEqual(found.map((it) => expect.stringMatching(it)));
  });

  it("for a gate's URL as well", async () => {
    const names = { dnsNames: ["gate.example.com"] };
    const items = [certificate(well, names), { ...second(ended), spec: { secretName: "standby-tls", ...names } }];
    expect(await told({ others: [], ...certificates(...items) })).toEqual([
      expect.stringMatching(/^warning not-renewed https:\/\/gate\.example\.com: Certificate hooks\/standby /),
    ]);
  });
});

describe("a Service without one", () => {
  it.each<[name: string, from: number, to: number, marks: JsonObject, found: string | RegExp | undefined]>([
    [
      "and time enough",
      -10,
      80,
      { writer: "helm" },
      /^info nobody-renews .*: the certificate in Secret hooks\/serving-tls, which helm wrote last, ends on \d{4}-\d\d-\d\d; there is no cert-manager Certificate for it, and nothing else says that it is renewed$/,
    ],
    ["and two thirds of the time over", -65, 25, {}, /^warning not-renewed .* ends in 2[45] days, /],
    ["and a tenth left", -85, 5, {}, /^warning not-renewed /],
    ["and none left", -95, -5, {}, /^warning not-renewed .* ended 5 days ago, /],
    ["but a renewer, and time enough", -10, 80, { renewer: "the operator" }, undefined],
    [
      "but a renewer that does not",
      -65,
      25,
      { renewer: "the operator" },
      /^warning not-renewed .*the operator has not renewed it$/,
    ],
  ])("%s", async (_, from, to, marks, found) => {
    const [leaf] = readableCertificates(await ca.chainOf(from, to));
    if (leaf === undefined) throw new Error("no leaf");
    const service = { namespace: "hooks", name: "theirs" };
    const secret = { service, secret: "serving-tls", leaf, renewer: undefined, writer: undefined, ...marks };
    const lines = await told({ serviceSecrets: [secret] });
    if (found === undefined) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringMatching(found)]);
    expect(lines.every((it) => it.includes(THEIRS))).toBe(true);
  });
});

it("a gate's URL whose host a Certificate of this cluster is for", async () => {
  const item = certificate(
    { ...well, notBefore: day(-85), notAfter: day(5), renewalTime: day(-25) },
    { dnsNames: ["gate.example.com"] },
  );
  expect(await told({ others: [], ...certificates(item) })).toEqual([
    expect.stringMatching(/^error not-renewed https:\/\/gate\.example\.com: Certificate hooks\/serving /),
  ]);
});
