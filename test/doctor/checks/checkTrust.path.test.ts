import { beforeAll, describe, expect, it } from "vitest";
import { checkExpiry } from "../../../src/doctor/checks/checkExpiry.ts";
import { checkTrust } from "../../../src/doctor/checks/checkTrust.ts";
import type { ClusterView } from "../../../src/doctor/cluster/ClusterView.ts";
import { encodeBundle } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { type CrossName, crossSigned, SPECS } from "../../tls/pair/crossSigned.ts";
import { DAY, makeCertificate, NOW } from "../../trust/makeCertificate.ts";
import { doctorCa, registrations, viewOf } from "../doctorView.ts";

let named: (name: CrossName) => Certificate;
let healthy: ClusterView;
beforeAll(async () => {
  named = await crossSigned();
  healthy = await viewOf(await doctorCa("edge"));
});

/** A view of an endpoint that serves these certificates to a registration with these roots. */
async function viewWith(served: readonly Certificate[], roots: readonly Certificate[], host = "hook.example") {
  const base = `https://${host}`;
  const caBundle = Buffer.from(encodeBundle(roots)).toString("base64");
  const all = await registrations("", (object) => ({
    ...object,
    webhooks: [
      {
        name: "a.b.c",
        failurePolicy: "Fail",
        clientConfig: { url: `${base}/c/production/validate/default`, caBundle },
      },
    ],
  }));
  const endpoints = [{ base, handshakes: [{ address: "192.0.2.1", chain: served }] }];
  return { ...healthy, now: NOW, registrations: all.filter(({ isCanary }) => !isCanary).slice(0, 1), endpoints };
}

describe("checkTrust and checkExpiry look at the path that the API server takes", () => {
  it.each<readonly [served: CrossName[], roots: CrossName[], refused: RegExp | undefined, ends: string[]]>([
    [["leaf", "int"], ["x1"], undefined, []],
    [["leaf", "int", "crossEnded"], ["x1"], undefined, []],
    [["leaf", "int", "crossEnded", "oldEnded"], ["x1"], undefined, []],
    [["leaf", "int", "x1Ended"], ["x1"], undefined, []],
    [["leaf", "x1Ended", "int"], ["x1"], undefined, []],
    [["leaf", "int", "crossEndsFirst"], ["x1"], undefined, []],
    [["leaf", "int", "crossEnded"], [], undefined, []],
    [["leaf", "int", "crossEndsFirst"], [], undefined, []],
    [["leaf", "int", "crossEndsFirst"], ["old"], undefined, ["the CA certificate X1 ends in 5 days"]],
    [["leaf", "intEndsFirst"], ["x1"], undefined, ["the CA certificate Int ends in 10 days"]],
    [["leaf", "intEndsFirst", "int"], ["x1"], undefined, []],
    [["leaf", "int", "crossEnded"], ["old"], /the intermediate X1 expired/, []],
    [["leaf", "int"], ["x1Ended"], /the root X1 expired/, []],
  ])("%j with the bundle %j", async (served, roots, refused, ends) => {
    const view = await viewWith(served.map(named), roots.map(named));
    const errors = checkTrust(view).filter(({ severity }) => severity === "error");
    expect(errors.map(({ message }) => message)).toEqual(refused === undefined ? [] : [expect.stringMatching(refused)]);
    expect(checkExpiry(view).map(({ message }) => message.replace(/,.*/, ""))).toEqual(ends);
  });
});

it.each([
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "::1"],
])("checkTrust says that the certificate of %s has it only as a DNS name", async (host, name) => {
  const leaf = parseCertificate(await makeCertificate({ ...SPECS.leaf, dns: [name], notAfter: NOW + 90 * DAY }));
  const view = await viewWith([leaf, named("int")], [named("x1")], host);
  expect(checkTrust(view)).toMatchObject([
    {
      code: "refused-chain",
      message: expect.stringContaining(
        `the certificate has ${name} only as a DNS name, and clients look for the address ${name} among its IP addresses (none)`,
      ),
    },
  ]);
});
