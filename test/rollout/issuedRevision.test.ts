import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/protocol/Json.ts";
import { readCertificate } from "../../src/rollout/CertificateView.ts";
import { issuedRevision } from "../../src/rollout/issuedRevision.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";

const CERTIFICATE = readCertificate({ metadata: { namespace: "gates", name: "gate-tls", uid: "u" } });

let pem: string;
beforeAll(async () => {
  pem = (await selfSignedPair()).cert;
});

function request({ revision = "2", owner = "u", certificate = pem } = {}): JsonObject {
  return {
    metadata: {
      name: `gate-tls-${revision}`,
      annotations: { "cert-manager.io/certificate-revision": revision },
      ownerReferences: [{ uid: owner }],
    },
    status: { certificate: Buffer.from(certificate).toString("base64") },
  };
}

const find = (...requests: JsonObject[]): unknown => {
  if (CERTIFICATE === undefined) throw new Error("the Certificate cannot be read");
  return issuedRevision(requests, CERTIFICATE, 2);
};

describe("issuedRevision", () => {
  it("returns the serial of the CertificateRequest that has the revision and belongs to the Certificate", () => {
    const others = [request({ revision: "1" }), request({ owner: "other" }), { metadata: {} }];
    expect(find(...others, request())).toEqual({ revision: 2, serial: expect.stringMatching(/^[1-9a-f][0-9a-f]*$/) });
  });

  it.each<[string, () => JsonObject]>([
    ["of another revision", () => request({ revision: "1" })],
    ["of another Certificate", () => request({ owner: "other" })],
    ["without a certificate", () => ({ ...request(), status: {} })],
  ])("ignores a CertificateRequest %s", (_, other) => {
    expect(find(other())).toBeUndefined();
  });

  it("throws certificate-unknown for a certificate that cannot be read", () => {
    expect(() => find(request({ certificate: "nonsense" }))).toThrow(
      expect.objectContaining({ code: "certificate-unknown" }),
    );
  });
});
