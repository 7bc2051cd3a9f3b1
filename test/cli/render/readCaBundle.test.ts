import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCaBundle } from "../../../src/cli/render/readCaBundle.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
let cert: string;
let key: string;
beforeAll(async () => {
  folder = new InputFolder();
  const pair = await selfSignedPair();
  cert = `${pair.cert.trim()}\n`;
  key = pair.key;
});
afterAll(() => folder.remove());

it.each<[name: string, text: () => string, bundle: () => string]>([
  ["one certificate", () => cert, () => cert],
  ["several certificates with text around them", () => `# Root 1\n${cert}\nRoot 2\n${cert}`, () => cert + cert],
  ["a certificate with CRLF", () => cert.replaceAll("\n", "\r\n"), () => cert],
  ["a certificate without a final line break", () => cert.trimEnd(), () => cert],
])("readCaBundle reads %s", async (_name, text, bundle) => {
  expect((await readCaBundle(folder.write("ca.pem", text()), Date.now())).pem).toBe(bundle());
});

it.each<[name: string, text: () => string, fault: string]>([
  ["an empty file", () => "", "ca.pem:1: no certificate in PEM"],
  ["DER", () => "0\u0082\u0001", "ca.pem:1: no certificate in PEM"],
  ["a private key", () => cert + key, ":LINE: a private key, which everybody who can read the registration would see"],
  [
    "a certificate request",
    () => "-----BEGIN CERTIFICATE REQUEST-----\nx\n",
    ":1: a block of another type; a bundle contains only certificates",
  ],
  ["half a certificate", () => `\n${cert.slice(0, 200)}`, ":2: a block without an end line"],
  ["a certificate inside another", () => cert.replace("\n", `\n${cert}`), ":1: a block without an end line"],
  [
    "a block that is not a certificate",
    () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ":1: a block that is not a certificate",
  ],
  [
    "an indented certificate",
    () => cert.replaceAll(/^/gm, "  "),
    ":1: five dashes in a line that does not begin a block",
  ],
])("readCaBundle refuses %s", async (_name, text, fault) => {
  const file = folder.write("ca.pem", text());
  const line = String(cert.split("\n").length);
  const error = await readCaBundle(file, Date.now()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "bad-ca-bundle", message: expect.stringMatching(/^--ca: \//) });
  expect(String(Object(error).message)).toContain(fault.replace("LINE", line));
  expect(String(Object(error).message)).not.toContain("\n");
});

it("readCaBundle names a missing file", async () => {
  await expect(readCaBundle("no-such.pem", Date.now())).rejects.toThrow("--ca: no-such.pem: does not exist");
});

describe("readCaBundle", () => {
  const HOUR = 3_600_000;

  it("refuses a bundle in which every certificate has expired", async () => {
    const file = folder.write("ca.pem", cert);
    await expect(readCaBundle(file, Date.now() + 2 * HOUR)).rejects.toThrow(
      `--ca: ${file}: every certificate has expired; the API server would trust no server`,
    );
  });

  it.each<[name: string, ca: boolean, from: number, to: number, warnings: RegExp[]]>([
    ["nothing of a valid CA", true, -HOUR, HOUR, []],
    [
      "an expired certificate next to a valid one",
      true,
      -2 * HOUR,
      -HOUR,
      [/: certificate 1 expired on \d{4}-\d\d-\d\d$/],
    ],
    [
      "a certificate that is not valid yet",
      true,
      HOUR,
      2 * HOUR,
      [/: certificate 1 is not valid before \d{4}-\d\d-\d\d$/],
    ],
    [
      "a certificate that is not a CA",
      false,
      -HOUR,
      HOUR,
      [/: certificate 1 is not a CA: it is trusted only when the server/],
    ],
  ])("warns about %s", async (_name, ca, from, to, warnings) => {
    const authority = await TestCa.create("valid");
    const span = { notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + to) };
    const first = ca
      ? (await TestCa.create("root", span)).cert
      : (await authority.issue({ name: "server", hosts: ["localhost"], ...span })).cert;
    const found = await readCaBundle(folder.write("ca.pem", first + authority.cert), Date.now());
    expect(found.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
  });
});
