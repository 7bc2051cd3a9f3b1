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
  ["several, with words around them", () => `# Root 1\n${cert}\nRoot 2\n${cert}`, () => cert + cert],
  ["one with another system's line ends", () => cert.replaceAll("\n", "\r\n"), () => cert],
  ["one whose last line has no end", () => cert.trimEnd(), () => cert],
])("reads %s", async (_name, text, bundle) => {
  expect((await readCaBundle(folder.write("ca.pem", text()), Date.now())).pem).toBe(bundle());
});

it.each<[name: string, text: () => string, fault: string]>([
  ["nothing", () => "", "ca.pem:1: no certificate in PEM"],
  ["DER", () => "0\u0082\u0001", "ca.pem:1: no certificate in PEM"],
  ["a private key", () => cert + key, ":LINE: a private key, which everybody who reads a registration would see"],
  [
    "a request",
    () => "-----BEGIN CERTIFICATE REQUEST-----\nx\n",
    ":1: a block of another type; a bundle holds only certificates",
  ],
  ["half a certificate", () => `\n${cert.slice(0, 200)}`, ":2: a block that does not end"],
  ["one inside another", () => cert.replace("\n", `\n${cert}`), ":1: a block that does not end"],
  [
    "letters that are no certificate",
    () => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ":1: a block that is no certificate",
  ],
  ["an indented one", () => cert.replaceAll(/^/gm, "  "), ":1: five dashes in a line that begins no block"],
])("refuses %s", async (_name, text, fault) => {
  const file = folder.write("ca.pem", text());
  const line = String(cert.split("\n").length);
  const error = await readCaBundle(file, Date.now()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "bad-ca-bundle", message: expect.stringMatching(/^--ca: \//) });
  expect(String(Object(error).message)).toContain(fault.replace("LINE", line));
  expect(String(Object(error).message)).not.toContain("\n");
});

it("says which file is not there", async () => {
  await expect(readCaBundle("no-such.pem", Date.now())).rejects.toThrow("--ca: no-such.pem: does not exist");
});

describe("a bundle's certificates and the time", () => {
  const HOUR = 3_600_000;

  it("expired, all of them: nothing would be trusted", async () => {
    const file = folder.write("ca.pem", cert);
    await expect(readCaBundle(file, Date.now() + 2 * HOUR)).rejects.toThrow(
      `--ca: ${file}: every certificate in it has expired; nothing would be trusted`,
    );
  });

  it.each<[name: string, ca: boolean, from: number, to: number, doubts: RegExp[]]>([
    ["a CA's that is valid", true, -HOUR, HOUR, []],
    [
      "one that has expired, beside one that has not",
      true,
      -2 * HOUR,
      -HOUR,
      [/: certificate 1 expired on \d{4}-\d\d-\d\d$/],
    ],
    ["one that is not valid yet", true, HOUR, 2 * HOUR, [/: certificate 1 is not valid before \d{4}-\d\d-\d\d$/]],
    ["a server's", false, -HOUR, HOUR, [/: certificate 1 is no CA's: only a server that presents this very/]],
  ])("%s", async (_name, ca, from, to, doubts) => {
    const authority = await TestCa.create("valid");
    const span = { notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + to) };
    const first = ca
      ? (await TestCa.create("of its time", span)).cert
      : (await authority.issue({ name: "server", hosts: ["localhost"], ...span })).cert;
    const found = await readCaBundle(folder.write("ca.pem", first + authority.cert), Date.now());
    expect(found.doubts).toEqual(doubts.map((doubt) => expect.stringMatching(doubt)));
  });
});
