import { beforeAll, describe, expect, it } from "vitest";
import { forwardedCertificates } from "../../../src/hosts/certificate/forwardedCertificates.ts";
import { CAS, CLIENT, pemOf } from "./clientPki.ts";

const ENVOY = "x-forwarded-client-cert";
let leaf: string;
let ca: string;
beforeAll(async () => {
  [leaf, ca] = await Promise.all([pemOf(CLIENT), pemOf(CAS.old)]);
});

const escaped = encodeURIComponent;
const base64 = (pem: string) => pem.replace(/-----[^-]+-----|\s/g, "");

describe("forwardedCertificates", () => {
  it.each<[name: string, header: string, value: () => string, subjects: readonly string[]]>([
    ["RFC 9440", "client-cert", () => `:${base64(leaf)}:`, ["kube-apiserver"]],
    ["nginx", "ssl-client-cert", () => escaped(leaf), ["kube-apiserver"]],
    ["nginx without the line end at the end", "x", () => escaped(leaf.trimEnd()), ["kube-apiserver"]],
    ["a chain", "x", () => escaped(leaf + ca), ["kube-apiserver", "Client CA"]],
    ["Envoy", ENVOY, () => `Hash=ab;Cert="${escaped(leaf)}";Subject="CN=a,O=b;c";URI=x`, ["kube-apiserver"]],
    [
      "Envoy, with its own names",
      ENVOY,
      () => `By=spiffe://a;By=b;Hash=0A;cert="${escaped(leaf)}"`,
      ["kube-apiserver"],
    ],
    [
      "Envoy, a subject that looks like another element",
      ENVOY,
      () => `Cert="${escaped(leaf)}";Subject="CN=\\",Cert=${escaped(ca)}"`,
      ["kube-apiserver"],
    ],
  ])("reads %s", (_, header, value, subjects) => {
    expect(forwardedCertificates(header, value())?.map(({ subject }) => subject.short)).toEqual(subjects);
  });

  it.each<[name: string, header: string, value: () => string]>([
    ["nothing", "x", () => ""],
    ["text", "x", () => "yes"],
    ["PEM without escapes, on one line", "x", () => leaf.replaceAll("\n", " ")],
    ["PEM with tabs, as old nginx wrote it", "x", () => leaf.replaceAll("\n", "\n\t")],
    ["PEM with backslashes for line ends", "x", () => escaped(leaf.replaceAll("\n", "\\n"))],
    ["PEM whose line ends are escaped twice", "x", () => escaped(escaped(leaf))],
    ["a broken escape", "x", () => `${escaped(leaf)}%0`],
    ["bytes that are not UTF-8", "x", () => `${escaped(leaf)}%FF`],
    ["another kind of PEM", "x", () => escaped(leaf.replaceAll("CERTIFICATE", "X509 CRL"))],
    ["PEM that is cut off", "x", () => escaped(leaf.slice(0, -40))],
    ["PEM of something else", "x", () => escaped("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")],
    ["two values in one", "x", () => `${escaped(leaf)},${escaped(leaf)}`],
    ["base64 without colons", "client-cert", () => base64(leaf)],
    ["base64 with blanks", "client-cert", () => `:${base64(leaf).slice(0, 8)} ${base64(leaf).slice(8)}:`],
    ["base64 with more after it", "client-cert", () => `:${base64(leaf)}:, :${base64(ca)}:`],
    ["base64 of more than a certificate", "client-cert", () => `:${base64(leaf).slice(0, -4)}:`],
    ["base64 of nothing", "client-cert", () => "::"],
    ["Envoy without a certificate", ENVOY, () => "Hash=ab"],
    ["Envoy without a certificate in the last element", ENVOY, () => `Cert="${escaped(leaf)}",Hash=ab`],
    ["Envoy with two certificates", ENVOY, () => `Cert="${escaped(leaf)}";Cert="${escaped(ca)}"`],
    ["Envoy, several elements", ENVOY, () => `Cert="${escaped(ca)}",By=x;cert="${escaped(leaf)}"`],
    ["Envoy without quotes", ENVOY, () => `Cert=${escaped(leaf)}`],
    [
      "Envoy, a URI that looks like an element",
      ENVOY,
      () => `Hash=00;Cert="${escaped(ca)}";Subject="CN=me";URI=spiffe://td/a,Cert=${escaped(leaf)}`,
    ],
    [
      "Envoy, a URI that looks like an element with quotes",
      ENVOY,
      () => `Hash=00;Cert="${escaped(ca)}";URI=spiffe://td/a,Hash=00;Cert="${escaped(leaf)}"`,
    ],
    [
      "Envoy without certificates of its own, and a URI that looks like one",
      ENVOY,
      () => `Hash=00;Subject="CN=me";URI=spiffe://td/a;Cert="${escaped(leaf)}"`,
    ],
    [
      "Envoy behind a header of the client with an open quote",
      ENVOY,
      () => `Cert="${escaped(leaf)}";x=",Hash=00;Cert="${escaped(ca)}";Subject="CN=a\\"b"`,
    ],
    ["Envoy with an open quote", ENVOY, () => `Cert="${escaped(leaf)}`],
    ["RFC 9440 in the header of Envoy", ENVOY, () => `:${base64(leaf)}:`],
    ["11 certificates", "x", () => escaped(leaf.repeat(11))],
    ["too much", "x", () => "A".repeat(20_000)],
  ])("refuses %s", (_, header, value) => {
    expect(forwardedCertificates(header, value())).toBeUndefined();
  });
});
