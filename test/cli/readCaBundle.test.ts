import { afterAll, beforeAll, expect, it } from "vitest";
import { readCaBundle } from "../../src/cli/readCaBundle.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import { InputFolder } from "./InputFolder.ts";

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
  ["several, with words around them", () => `# Root 1\n${cert}\nRoot 2\n${cert}`, () => cert + cert],
  ["one with another system's line ends", () => cert.replaceAll("\n", "\r\n"), () => cert],
  ["one whose last line has no end", () => cert.trimEnd(), () => cert],
])("reads %s", async (_name, text, bundle) => {
  expect(await readCaBundle(folder.write("ca.pem", text()))).toBe(bundle());
});

it.each<[name: string, text: () => string, fault: string]>([
  ["nothing", () => "", "ca.pem: has no certificate in PEM"],
  ["DER", () => "0\u0082\u0001", "ca.pem: has no certificate in PEM"],
  ["a private key", () => cert + key, ":LINE: has a private key, which must not leave its owner"],
  [
    "a request",
    () => "-----BEGIN CERTIFICATE REQUEST-----\nx\n",
    ":1: has a CERTIFICATE REQUEST; a bundle holds certificates",
  ],
  ["half a certificate", () => `\n${cert.slice(0, 200)}`, ":2: the certificate that begins here has no end"],
  ["one inside another", () => cert.replace("\n", `\n${cert}`), ":1: the certificate that begins here has no end"],
  [
    "letters that are no certificate",
    () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ":1: the certificate that begins here cannot be read",
  ],
  ["an indented one", () => cert.replaceAll(/^/gm, "  "), ":1: has a PEM line outside of a certificate"],
])("refuses %s", async (_name, text, fault) => {
  const file = folder.write("ca.pem", text());
  const line = String(cert.split("\n").length);
  const error = await readCaBundle(file).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "bad-ca-bundle", message: expect.stringMatching(/^--ca: \//) });
  expect(String(Object(error).message)).toContain(fault.replace("LINE", line));
  expect(String(Object(error).message)).not.toContain("\n");
});

it("says which file is not there", async () => {
  await expect(readCaBundle("no-such.pem")).rejects.toThrow("--ca: no-such.pem: does not exist");
});
