import { createHash, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { encodeBundle, parseBundle } from "../../../src/trust/bundle.ts";
import { catalogue, catalogueOrigins, rootCatalogues } from "../../../src/trust/roots/catalogue.ts";
import type { Root } from "../../../src/trust/roots/Root.ts";

/** Mozilla's list, from Node. */
const mozilla = new Set(
  rootCertificates.map((pem) => createHash("sha256").update(new X509Certificate(pem).raw).digest("hex")),
);
const roots = new Map<string, Root>(
  Object.values(rootCatalogues)
    .flat()
    .map((root) => [root.name, root]),
);

/** Mozilla does not have the roots YE and YR yet, and has removed AAA Certificate Services. Providers lead to all three. */
const NOT_MOZILLAS = ["ISRG Root YE", "ISRG Root YR", "AAA Certificate Services"];

describe("catalogue", () => {
  it.each<[name: keyof typeof rootCatalogues, roots: string[]]>([
    ["letsencrypt", ["ISRG Root X1", "ISRG Root X2", "ISRG Root YE", "ISRG Root YR"]],
    [
      "sslcom",
      [
        "SSL.com TLS RSA Root CA 2022",
        "SSL.com TLS ECC Root CA 2022",
        "SSL.com Root Certification Authority RSA",
        "SSL.com Root Certification Authority ECC",
        "SSL.com EV Root Certification Authority RSA R2",
        "SSL.com EV Root Certification Authority ECC",
        "AAA Certificate Services",
      ],
    ],
    ["google", ["GTS Root R1", "GTS Root R3", "GTS Root R4", "GlobalSign ECC Root CA R4"]],
    [
      "aws",
      [
        "Amazon Root CA 1",
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
      ],
    ],
    [
      "cloudflare",
      [
        "ISRG Root X1",
        "ISRG Root X2",
        "ISRG Root YE",
        "ISRG Root YR",
        "GTS Root R1",
        "GTS Root R3",
        "GTS Root R4",
        "GlobalSign ECC Root CA R4",
        "SSL.com TLS RSA Root CA 2022",
        "SSL.com TLS ECC Root CA 2022",
        "SSL.com Root Certification Authority RSA",
        "SSL.com Root Certification Authority ECC",
        "SSL.com EV Root Certification Authority RSA R2",
        "SSL.com EV Root Certification Authority ECC",
        "AAA Certificate Services",
        "Sectigo Public Server Authentication Root R46",
        "Sectigo Public Server Authentication Root E46",
        "USERTrust RSA Certification Authority",
        "USERTrust ECC Certification Authority",
      ],
    ],
  ])("%s has the expected roots", (name, expected) => {
    expect(rootCatalogues[name].map((root) => root.name)).toEqual(expected);
    const certificates = catalogue(name);
    expect(certificates).toHaveLength(expected.length);
    expect(parseBundle(encodeBundle(certificates), name)).toHaveLength(expected.length);
  });

  it.each([...roots])(
    "the root %s is self-signed, has the stated fingerprint and is in Mozilla's list, but for known exceptions",
    (_, root) => {
      const [certificate] = parseBundle(root.pem, root.name);
      expect(certificate?.fingerprint).toBe(root.fingerprint);
      if (!NOT_MOZILLAS.includes(root.name)) expect(mozilla).toContain(root.fingerprint);
      expect(certificate?.isCa).toBe(true);
      expect(certificate?.subject.raw).toBe(certificate?.issuer.raw);
      expect(root.source).toMatch(/^https:\/\//);
    },
  );

  it.each(["", "azure", "toString", "__proto__"])(
    "throws unknown-catalogue for %j and lists the catalogues",
    (name) => {
      expect(() => catalogue(name)).toThrow(
        expect.objectContaining({ code: "unknown-catalogue", message: expect.stringContaining("cloudflare, aws") }),
      );
    },
  );

  it("has a source and a date for each catalogue", () => {
    expect(Object.keys(catalogueOrigins)).toEqual(Object.keys(rootCatalogues));
    for (const { source, comparedOn } of Object.values(catalogueOrigins)) {
      expect(source).toMatch(/^https:\/\//);
      expect(new Date(comparedOn).toISOString().slice(0, 10)).toBe(comparedOn);
    }
  });
});
