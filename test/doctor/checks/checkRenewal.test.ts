import { beforeAll, describe, expect, it } from "vitest";
import { checkRenewal } from "../../../src/doctor/checks/checkRenewal.ts";
import type { ClusterView } from "../../../src/doctor/cluster/ClusterView.ts";
import { type LiveRegistration, readRegistration } from "../../../src/doctor/cluster/LiveRegistration.ts";
import { readManagedCertificate } from "../../../src/doctor/cluster/ManagedCertificate.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { type DoctorCa, doctorCa, viewOf } from "../doctorView.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const THEIRS = "ValidatingWebhookConfiguration/theirs";
let ca: DoctorCa;
beforeAll(async () => {
  ca = await doctorCa("own");
});

const day = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

/** A registration that calls the Service hooks/theirs. */
function theirs(annotations: JsonObject = {}, more: readonly JsonObject[] = []): LiveRegistration {
  const clientConfig = { service: { namespace: "hooks", name: "theirs" } };
  const read = readRegistration("ValidatingWebhookConfiguration", {
    metadata: { name: "theirs", annotations },
    webhooks: [{ name: "a.example.com", failurePolicy: "Fail", clientConfig }, ...more],
  });
  if (read === undefined) throw new Error("the registration cannot be read");
  return read;
}

const certificate = (status: JsonObject, spec: JsonObject = {}): JsonObject => ({
  metadata: { namespace: "hooks", name: "serving" },
  spec: { secretName: "serving-tls", dnsNames: ["theirs.hooks.svc"], ...spec },
  status,
});
const ready = { type: "Ready", status: "True", reason: "Ready", message: "up to date" };
const healthy = { notBefore: day(-10), notAfter: day(80), renewalTime: day(50), conditions: [ready] };

async function findings(more: Partial<ClusterView>): Promise<string[]> {
  const view = await viewOf(ca, { others: [theirs()], ...more });
  return checkRenewal(view).map(({ severity, code, about, message }) => `${severity} ${code} ${about}: ${message}`);
}
const certificates = (...items: JsonObject[]): Pick<ClusterView, "certificates"> => ({
  certificates: items.map(readManagedCertificate),
});

/** Puts a verb for the title of a test before each case, by its last member. */
function withVerb<T extends readonly unknown[]>(cases: readonly T[]): [verb: string, ...T][] {
  return cases.map((it) => [it.at(-1) === undefined ? "returns nothing for" : "reports", ...it]);
}

describe("checkRenewal of a Service with a Certificate of cert-manager", () => {
  const cases: readonly [what: string, certificate: JsonObject, found: RegExp | undefined][] = [
    ["is healthy", certificate(healthy), undefined],
    [
      "was due for renewal five days ago",
      certificate({ ...healthy, notBefore: day(-65), notAfter: day(25), renewalTime: day(-5) }),
      /^warning not-renewed .*theirs: its webhook a\.example\.com is served by Service hooks\/theirs: Certificate hooks\/serving \(Secret serving-tls\) ends in 2[45] days, on .* UTC, and was due for renewal at \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    ],
    [
      "was due for renewal one minute ago",
      certificate({
        ...healthy,
        notBefore: day(-60),
        notAfter: day(30),
        renewalTime: new Date(Date.now() - 60_000).toISOString(),
      }),
      undefined,
    ],
    [
      "lives for 15 minutes and was due for renewal 7 minutes ago",
      certificate({
        ...healthy,
        notBefore: new Date(Date.now() - 12 * 60_000).toISOString(),
        notAfter: new Date(Date.now() + 3 * 60_000).toISOString(),
        renewalTime: new Date(Date.now() - 7 * 60_000).toISOString(),
      }),
      /^warning not-renewed .* ends in \d minutes?, on /,
    ],
    [
      "had a failed renewal",
      certificate({
        ...healthy,
        notBefore: day(-65),
        notAfter: day(25),
        lastFailureTime: new Date(Date.now() - 3 * HOUR_MS).toISOString(),
        conditions: [ready, { type: "Issuing", status: "False", reason: "Failed", message: "the order is invalid" }],
      }),
      /^warning renewal-failing .* ends in 2[45] days, on .*, and is not renewed; the last attempt failed 3 hours ago: Failed: the order is invalid$/,
    ],
    [
      "was never issued",
      certificate({ conditions: [{ ...ready, status: "False", reason: "DoesNotExist", message: "no such secret" }] }),
      /^warning renewal-failing .* was never issued, and is not ready: DoesNotExist: no such secret$/,
    ],
    [
      "has ended, as a warning because the webhook is not the gate's",
      certificate({
        ...healthy,
        notAfter: day(-1),
        renewalTime: day(-30),
        conditions: [{ ...ready, status: "False", reason: "Expired", message: "" }],
      }),
      /^warning renewal-failing .* ended 2[34] hours ago, on .*, and is not ready: Expired$/,
    ],
    ["is for a wildcard and not ready", certificate({}, { dnsNames: ["*.hooks.svc"] }), /^warning renewal-failing /],
    ["is for another name", certificate({}, { dnsNames: ["other.hooks.svc"] }), undefined],
    ["cannot be read", { spec: "x", status: 1 }, undefined],
  ];
  it.each(withVerb(cases))("%s a Certificate that %s", async (_verb, _what, item, found) => {
    const lines = await findings(certificates(item));
    if (found === undefined) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringMatching(found)]);
  });

  it("uses the Certificate that the annotation of cert-manager's CA injector names", async () => {
    const others = [theirs({ "cert-manager.io/inject-ca-from": "hooks/serving" })];
    expect(await findings({ others, ...certificates(certificate({}, { dnsNames: ["x"] })) })).toHaveLength(1);
  });

  it("ignores a Certificate in another namespace", async () => {
    const item = { ...certificate({}), metadata: { namespace: "elsewhere", name: "serving" } };
    expect(await findings(certificates(item))).toEqual([]);
  });

  it("reports a Service once for all webhooks that call it", async () => {
    const clientConfig = { service: { namespace: "hooks", name: "theirs" } };
    const others = [theirs({}, [{ name: "b.example.com", clientConfig }])];
    expect(await findings({ others, ...certificates(certificate({})) })).toEqual([
      expect.stringContaining("its webhooks a.example.com and 1 more are served by Service hooks/theirs: "),
    ]);
  });

  it("keeps the severity error for a registration of the gate", async () => {
    const ended = certificate({ ...healthy, notAfter: day(-1), renewalTime: day(-30) });
    expect(await findings({ registrations: [theirs()], others: [], ...certificates(ended) })).toEqual([
      expect.stringMatching(/^error not-renewed /),
    ]);
  });
});

describe("checkRenewal of two Certificates for one name, main and standby", () => {
  const second = (status: JsonObject): JsonObject => ({
    ...certificate(status, { secretName: "standby-tls" }),
    metadata: { namespace: "hooks", name: "standby" },
  });
  const ended = { ...healthy, notAfter: day(-1), renewalTime: day(-30) };
  it.each<[what: string, first: JsonObject, second: JsonObject, found: RegExp[]]>([
    ["none", healthy, healthy, []],
    ["the second, as a warning", healthy, ended, [/^warning not-renewed .*Certificate hooks\/standby /]],
    ["the first, as a warning", ended, healthy, [/^warning not-renewed .*Certificate hooks\/serving /]],
    ["both, as errors", ended, ended, [/^error not-renewed .*hooks\/serving /, /^error not-renewed .*hooks\/standby /]],
  ])("reports each Certificate that is not renewed: %s", async (_, main, standby, found) => {
    const own = { registrations: [theirs()], others: [], ...certificates(certificate(main), second(standby)) };
    expect(await findings(own)).toEqual(found.map((it) => expect.stringMatching(it)));
  });

  it("reports only a warning for the URL of a gate if the second is not renewed", async () => {
    const names = { dnsNames: ["gate.example.com"] };
    const items = [certificate(healthy, names), { ...second(ended), spec: { secretName: "standby-tls", ...names } }];
    expect(await findings({ others: [], ...certificates(...items) })).toEqual([
      expect.stringMatching(/^warning not-renewed https:\/\/gate\.example\.com: Certificate hooks\/standby /),
    ]);
  });
});

describe("checkRenewal of a Service without a Certificate", () => {
  const cases: readonly [what: string, from: number, to: number, marks: JsonObject, found: RegExp | undefined][] = [
    [
      "two thirds of its lifetime left",
      -10,
      80,
      { writer: "helm" },
      /^info nobody-renews .*: the certificate in Secret hooks\/serving-tls \(last written by helm\) ends on \d{4}-\d\d-\d\d; it has no Certificate of cert-manager and no other known renewer$/,
    ],
    ["less than a third of its lifetime left", -65, 25, {}, /^warning not-renewed .* ends in 2[45] days, /],
    ["less than a tenth of its lifetime left", -85, 5, {}, /^warning not-renewed /],
    ["ended", -95, -5, {}, /^warning not-renewed .* ended 5 days ago, /],
    ["two thirds of its lifetime left and a known renewer", -10, 80, { renewer: "the operator" }, undefined],
    [
      "less than a third of its lifetime left and a known renewer",
      -65,
      25,
      { renewer: "the operator" },
      /^warning not-renewed .*the operator has not renewed it$/,
    ],
  ];
  it.each(withVerb(cases))("%s a mounted Secret with %s", async (_verb, _what, from, to, marks, found) => {
    const [leaf] = readableCertificates(await ca.chainOf(from, to));
    if (leaf === undefined) throw new Error("no leaf");
    const service = { namespace: "hooks", name: "theirs" };
    const secret = { service, name: "serving-tls", leaf, renewer: undefined, writer: undefined, ...marks };
    const lines = await findings({ serviceSecrets: [secret] });
    if (found === undefined) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringMatching(found)]);
    expect(lines.every((it) => it.includes(THEIRS))).toBe(true);
  });
});

it("checkRenewal reports the URL of a gate if a Certificate for its host is not renewed", async () => {
  const item = certificate(
    { ...healthy, notBefore: day(-85), notAfter: day(5), renewalTime: day(-25) },
    { dnsNames: ["gate.example.com"] },
  );
  expect(await findings({ others: [], ...certificates(item) })).toEqual([
    expect.stringMatching(/^error not-renewed https:\/\/gate\.example\.com: Certificate hooks\/serving /),
  ]);
});
