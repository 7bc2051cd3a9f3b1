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

it("parseSyncConfig reads names, durations, catalogues and files", async () => {
  const config = await parse(GOOD);
  expect(config).toMatchObject({
    goal: { gate: "postern", cluster: "production", url: "https://gate.example.com", soakMs: 36 * 3_600_000 },
    publicKey: { kty: "OKP", crv: "Ed25519", x: X },
    timeouts: { handshakeMs: 3_000, probeMs: 20_000, canaryMs: 10_000, leaseMs: 60_000 },
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
])("parseSyncConfig normalizes the URL %s as registrations are read", async (url, expected) => {
  const text = GOOD.replace(/^url:.*$/m, `url: "${url}"`).replace(
    /hosts: .*/,
    'hosts: [GATE.example.com, gate.example.com., "2001:db8::1", "[::1]"]',
  );
  const { goal, hosts } = await parse(text);
  expect(goal.url).toBe(expected);
  expect(hosts).toEqual(["gate.example.com", "gate.example.com.", "[2001:db8::1]", "[::1]"]);
});

it("parseSyncConfig reads the source of what comes next", async () => {
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

it("parseSyncConfig reads the source of capabilities, with a grace of 7 d", async () => {
  expect(await parse(GOOD)).not.toHaveProperty("capability");
  const { goal, capability } = await parse(`${GOOD}capability: { tokenFile: /run/token }\n`);
  expect(capability).toEqual({ tokenFile: "/run/token", url: undefined });
  expect(goal.capability).toEqual({ token: undefined, graceMs: 7 * 86_400_000 });
  const at = await parse(
    `${GOOD}capability: { tokenFile: token, url: "https://gate.example.com/hooks/", grace: 1h }\n`,
  );
  expect([at.capability?.url, at.goal.capability?.graceMs]).toEqual(["https://gate.example.com/hooks", 3_600_000]);
});

it("parseSyncConfig disables break-glass by default, and enables it with 30 s", async () => {
  expect((await parse(`${GOOD}breakGlassAfter: 10s\n`)).goal.breakGlassAfterMs).toBeUndefined();
  expect((await parse(`${GOOD}breakGlass: true\n`)).goal.breakGlassAfterMs).toBe(30_000);
  expect((await parse(`${GOOD}breakGlass: true\nbreakGlassAfter: 10s\n`)).goal.breakGlassAfterMs).toBe(10_000);
});

it("parseSyncConfig reads interval, jitter and load", async () => {
  expect(await parse(GOOD)).toMatchObject({ intervalMs: 300_000, jitterMs: 60_000, load: undefined });
  expect(await parse(`${GOOD}interval: 30s\n`)).toMatchObject({ intervalMs: 30_000, jitterMs: 15_000 });
  expect(await parse(`${GOOD}jitter: 0s\n`)).toMatchObject({ jitterMs: 0 });
  expect(await parse(`${GOOD}load: api-server\n`)).toMatchObject({ load: "api-server" });
  const load = "load: { requestsPerSecond: 50, latency: 20ms }";
  expect(await parse(`${GOOD}${load}\n`)).toMatchObject({ load: { requestsPerSecond: 50, latencyMs: 20 } });
});

it.each([
  ["interval: 200ms", /^sync\.yaml: interval: expected at least 1s/],
  ["jitter: 4m", /^sync\.yaml: jitter: expected at most half of interval/],
  ["jitter: none", /^sync\.yaml: jitter: expected a duration/],
  ["load: much", /^sync\.yaml: load: expected api-server, or requestsPerSecond and latency/],
  ["load: { requestsPerSecond: 5 }", /^sync\.yaml: load: expected api-server, or requestsPerSecond and latency/],
])("parseSyncConfig rejects %s", async (line, message) => {
  await expect(parse(`${GOOD}${line}\n`)).rejects.toMatchObject({
    code: "bad-config",
    message: expect.stringMatching(message),
  });
});

it("parseSyncConfig needs neither a URL nor roots", async () => {
  const text = GOOD.replace(/^url:.*$/m, "")
    .replace(/^trust:.*$/m, "trust: { mode: system }")
    .replace(/^soak:.*$/m, "");
  const { goal } = await parse(text);
  expect(goal).toEqual({
    gate: "postern",
    cluster: "production",
    url: undefined,
    trust: { mode: "system" },
    soakMs: 86_400_000,
  });
});

describe("parseSyncConfig rejects", () => {
  const change = (from: RegExp, to: string): string => GOOD.replace(from, to);
  it.each([
    [
      "a break-glass test longer than the Lease",
      () => `${GOOD}breakGlass: true\nbreakGlassAfter: 50s\n`,
      /breakGlassAfter: expected less than timeouts\.lease minus timeouts\.canary/,
    ],
    ["an unknown key", () => `${GOOD}sock: 1h\n`, /unknown key "sock"; known are gate, cluster, url, trust/],
    [
      "an unknown key of a member",
      () => change(/handshake/, "handshakes"),
      /timeouts: unknown key "handshakes"; known are handshake, probe/,
    ],
    [
      "roots with system trust",
      () => change(/mode: pin/, "mode: system"),
      /trust: unknown key "roots"; known are mode/,
    ],
    ["an unknown trust mode", () => change(/mode: pin/, "mode: probe"), /trust\.mode: /],
    ["no roots", () => change(/roots: \[.*\]/, "roots: []"), /trust\.roots: expected at least 1/],
    [
      "an unknown catalogue",
      () => change(/letsencrypt/, "letsencript"),
      /trust\.roots: there is no root catalogue "letsencript"; use one of .*letsencrypt/,
    ],
    ["a missing file of roots", () => change(/corp/, "corps"), /trust\.roots: \.\/corps\.pem cannot be read/],
    [
      "a file of roots without a certificate",
      () => change(/corp/, "empty"),
      /trust\.roots: \.\/empty\.pem:1: no certificate in PEM/,
    ],
    [
      "a URL on another host",
      () => change(/\[gate\.example\.com\]/, "[other.example.com]"),
      /url: its host gate\.example\.com is not among hosts/,
    ],
    ["an http URL", () => change(/https:/, "http:"), /url: expected an https URL/],
    [
      "a URL with a cluster's path",
      () => change(/com\/$/m, "com/c/production/validate"),
      /url: has a path that is not the base path of a gate at https:\/\/gate\.example\.com$/,
    ],
    [
      "a URL instead of a host",
      () => change(/\[gate.*\]/, '["https://gate.example.com"]'),
      /hosts.*: expected only a host/,
    ],
    ["a host with a port", () => change(/\[gate.*\]/, '["gate.example.com:443"]'), /hosts.*: expected only a host/],
    ["an interval longer than a timer takes", () => `${GOOD}interval: 25d\n`, /interval: expected 24d or less/],
    ["a time limit of 0", () => change(/3s/, "0s"), /timeouts\.handshake: expected more than 0/],
    ["a URL with a query", () => change(/com\/$/m, "com/?a=b"), /url: expected no user name, query or fragment/],
    ["a private key", () => change(/kid: key-1/, "d: secret"), /selfTest\.publicKey: unknown key "d"/],
    [
      "a key of the wrong length",
      () => change(/x: \w+/, "x: REPLACE"),
      /selfTest\.publicKey\.x: expected the 43 characters/,
    ],
    ["a duration without a unit", () => change(/36h/, "36"), /soak: expected/],
    [
      "a name that is not a DNS label",
      () => change(/cluster: production/, "cluster: Production"),
      /cluster: expected a DNS label/,
    ],
    [
      "both an announcement and a provider",
      () =>
        `${GOOD}provider: { fixed: { url: "https://a.b", roots: [] } }\nannouncement: { url: "https://a", publicKey: { kty: OKP, crv: Ed25519, x: ${X} } }\n`,
      /announcement and provider: expected only one of them/,
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
    ["a capability without a token", () => `${GOOD}capability: {}\n`, /capability\.tokenFile: expected a string/],
    [
      "a capability of another host",
      () => `${GOOD}capability: { tokenFile: a, url: "https://evil.example.com" }\n`,
      /capability\.url: its host evil\.example\.com is not among hosts/,
    ],
    [
      "a capability with a key of its own",
      () => `${GOOD}capability: { tokenFile: a, token: b }\n`,
      /capability: unknown key "token"; known are tokenFile, url, grace/,
    ],
    ["an empty provider", () => `${GOOD}provider: {}\n`, /provider: expected exactly one of cloudflare/],
    ["text that is not YAML", () => "a: [", /is not YAML/],
    ["YAML that is not an object", () => "- a", /expected an object/],
  ])("%s with a message that names the file and the member", async (_, text, message) => {
    await expect(parse(text())).rejects.toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) });
    await expect(parse(text())).rejects.toThrow(/^sync\.yaml: /);
  });
});
