import { beforeAll, describe, expect, it } from "vitest";
import { parseSyncConfig } from "../../../src/sync/goal/parseSyncConfig.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const GOOD = `
gate: postern
cluster: production
url: https://gate.example.com/
trust: { mode: pin, roots: [letsencrypt, ./corp.pem] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: ${X}, kid: key-1 } }
soak: 36h
hosts: [gate.example.com]
timeouts: { handshake: 3s }
`;

let ca: string;
beforeAll(async () => {
  ca = (await TestCa.create("corp")).cert;
});

const parse = (text: string): ReturnType<typeof parseSyncConfig> =>
  parseSyncConfig({
    name: "sync.yaml",
    text,
    readFile: async (path) => {
      if (path === "./corp.pem") return ca;
      if (path === "./empty.pem") return "nothing in here\n";
      throw new Error("no such file");
    },
  });

it("reads names, durations, catalogues and files", async () => {
  const config = await parse(GOOD);
  expect(config).toMatchObject({
    goal: { gate: "postern", cluster: "production", url: "https://gate.example.com", soak: 36 * 3_600_000 },
    publicKey: { kty: "OKP", crv: "Ed25519", x: X },
    timeouts: { handshake: 3_000, probe: 20_000, canary: 10_000, lease: 60_000 },
  });
  const { trust } = config.goal;
  expect(trust.mode === "pin" ? trust.roots.length : 0).toBe(catalogue("letsencrypt").length + 1);
});

it.each([
  ["https://gate.example.com:443", "https://gate.example.com"],
  ["https://Gate.Example.com/", "https://gate.example.com"],
  ["https://gate.example.com/a/../gates/", "https://gate.example.com/gates"],
  ["https://gate.example.com.:8443", "https://gate.example.com.:8443"],
  ["https://[2001:DB8:0::1]:8443/", "https://[2001:db8::1]:8443"],
])("reads %s as a registration's URL is read", async (url, expected) => {
  const text = GOOD.replace(/^url:.*$/m, `url: "${url}"`).replace(
    /hosts: .*/,
    'hosts: [GATE.example.com, gate.example.com., "2001:db8::1", "[::1]"]',
  );
  const { goal, hosts } = await parse(text);
  expect(goal.url).toBe(expected);
  expect(hosts).toEqual(["gate.example.com", "gate.example.com.", "[2001:db8::1]", "[::1]"]);
});

it("reads where what comes next is asked for", async () => {
  const publicKey = `publicKey: { kty: OKP, crv: Ed25519, x: ${X} }`;
  const url = "https://gate.example.com/.well-known/postern";
  expect((await parse(GOOD)).next).toBeUndefined();
  const announced = await parse(`${GOOD}announcement: { url: "${url}", ${publicKey} }\n`);
  expect(announced).toMatchObject({
    next: { kind: "announcement", url, publicKey: { x: X } },
    hosts: ["gate.example.com"],
  });
  const asked = await parse(`${GOOD}provider: { fixed: { url: "https://gate.example.com", roots: [aws] } }\n`);
  expect(asked.next).toMatchObject({ kind: "provider", settings: { fixed: { roots: ["aws"] } } });
});

it("breaks no glass unless it is told to, and then after half a minute", async () => {
  expect((await parse(`${GOOD}breakGlassAfter: 10s\n`)).goal.breakGlassAfter).toBeUndefined();
  expect((await parse(`${GOOD}breakGlass: true\n`)).goal.breakGlassAfter).toBe(30_000);
  expect((await parse(`${GOOD}breakGlass: true\nbreakGlassAfter: 10s\n`)).goal.breakGlassAfter).toBe(10_000);
});

it("reads how runs follow each other, and how much the gate is called", async () => {
  expect(await parse(GOOD)).toMatchObject({ interval: 300_000, jitter: 60_000, load: undefined });
  expect(await parse(`${GOOD}interval: 30s\n`)).toMatchObject({ interval: 30_000, jitter: 15_000 });
  expect(await parse(`${GOOD}jitter: 0s\n`)).toMatchObject({ jitter: 0 });
  expect(await parse(`${GOOD}load: api-server\n`)).toMatchObject({ load: "api-server" });
  const load = "load: { requestsPerSecond: 50, latency: 20ms }";
  expect(await parse(`${GOOD}${load}\n`)).toMatchObject({ load: { requestsPerSecond: 50, latency: 20 } });
});

it.each([
  ["interval: 200ms", /^sync\.yaml: interval: expected a second or more/],
  ["jitter: 4m", /^sync\.yaml: jitter: expected half of interval at most/],
  ["jitter: none", /^sync\.yaml: jitter: expected a duration/],
  ["load: much", /^sync\.yaml: load: expected api-server, or requestsPerSecond and latency/],
  ["load: { requestsPerSecond: 5 }", /^sync\.yaml: load: expected api-server, or requestsPerSecond and latency/],
])("%s is refused", async (line, message) => {
  await expect(parse(`${GOOD}${line}\n`)).rejects.toMatchObject({
    code: "bad-config",
    message: expect.stringMatching(message),
  });
});

it("needs neither a URL nor roots", async () => {
  const text = GOOD.replace(/^url:.*$/m, "")
    .replace(/^trust:.*$/m, "trust: { mode: system }")
    .replace(/^soak:.*$/m, "");
  const { goal } = await parse(text);
  expect(goal).toEqual({
    gate: "postern",
    cluster: "production",
    url: undefined,
    trust: { mode: "system" },
    soak: 86_400_000,
  });
});

describe("refuses", () => {
  const change = (from: RegExp, to: string): string => GOOD.replace(from, to);
  it.each([
    [
      "a test that would outlast the Lease",
      () => `${GOOD}breakGlass: true\nbreakGlassAfter: 50s\n`,
      /breakGlassAfter: expected less, together with timeouts.canary, than timeouts.lease/,
    ],
    ["an unknown key", () => `${GOOD}sock: 1h\n`, /unknown key "sock"; known are gate, cluster, url, trust/],
    [
      "an unknown key inside",
      () => change(/handshake/, "handshakes"),
      /timeouts: unknown key "handshakes"; known are handshake, probe/,
    ],
    [
      "roots with the host's own",
      () => change(/mode: pin/, "mode: system"),
      /trust: unknown key "roots"; known are mode/,
    ],
    ["another mode", () => change(/mode: pin/, "mode: probe"), /trust\.mode: /],
    ["no roots", () => change(/roots: \[.*\]/, "roots: []"), /trust\.roots: expected at least 1/],
    [
      "a catalogue that there is not",
      () => change(/letsencrypt/, "letsencript"),
      /trust\.roots: no root catalogue is called "letsencript"; there are .*letsencrypt/,
    ],
    ["a file that there is not", () => change(/corp/, "corps"), /trust\.roots: \.\/corps\.pem cannot be read/],
    [
      "a file without a certificate",
      () => change(/corp/, "empty"),
      /trust\.roots: \.\/empty\.pem:1: no certificate in PEM/,
    ],
    [
      "a URL on another host",
      () => change(/\[gate\.example\.com\]/, "[other.example.com]"),
      /url: its host gate\.example\.com is not among hosts/,
    ],
    ["http", () => change(/https:/, "http:"), /url: expected an https URL/],
    [
      "a URL with a cluster's path",
      () => change(/com\/$/m, "com/c/production/validate"),
      /url: has more of a path than where the gate is served at https:\/\/gate\.example\.com$/,
    ],
    ["a URL for a host", () => change(/\[gate.*\]/, '["https://gate.example.com"]'), /hosts.*: expected a host alone/],
    ["a host with a port", () => change(/\[gate.*\]/, '["gate.example.com:443"]'), /hosts.*: expected a host alone/],
    ["more than a timer takes", () => `${GOOD}interval: 25d\n`, /interval: expected 24d or less/],
    ["no time at all", () => change(/3s/, "0s"), /timeouts\.handshake: expected more than nothing/],
    ["a URL with a query", () => change(/com\/$/m, "com/?a=b"), /url: expected no user name, query or fragment/],
    ["a private key", () => change(/kid: key-1/, "d: secret"), /selfTest\.publicKey: unknown key "d"/],
    [
      "a key of another length",
      () => change(/x: \w+/, "x: REPLACE"),
      /selfTest\.publicKey\.x: expected the 43 characters/,
    ],
    ["a duration without a unit", () => change(/36h/, "36"), /soak: expected/],
    [
      "a name that is none",
      () => change(/cluster: production/, "cluster: Production"),
      /cluster: expected a DNS label/,
    ],
    [
      "an announcement and a provider",
      () =>
        `${GOOD}provider: { fixed: { url: "https://a.b", roots: [] } }\nannouncement: { url: "https://a", publicKey: { kty: OKP, crv: Ed25519, x: ${X} } }\n`,
      /announcement and provider: expected one of them/,
    ],
    [
      "an announcement over http",
      () => `${GOOD}announcement: { url: "http://a", publicKey: { kty: OKP, crv: Ed25519, x: ${X} } }\n`,
      /announcement\.url: expected an https URL/,
    ],
    [
      "an announcement without a key",
      () => `${GOOD}announcement: { url: "https://a" }\n`,
      /announcement\.publicKey: expected/,
    ],
    ["no provider", () => `${GOOD}provider: {}\n`, /provider: expected exactly one of cloudflare/],
    ["what is no YAML", () => "a: [", /is no YAML/],
    ["what is no object", () => "- a", /expected an object/],
  ])("%s, by its name", async (_, text, message) => {
    await expect(parse(text())).rejects.toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
    await expect(parse(text())).rejects.toThrow(/^sync\.yaml: /);
  });
});
