import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestCa } from "../../cluster/TestCa.ts";
import { madeCapability, madeToken } from "../../sync/capability/madeCapability.ts";
import { issued, wrongAnswers } from "../../sync/capability/wrongAnswers.ts";
import { LoopbackServer } from "../../sync/LoopbackServer.ts";
import { InputFolder } from "../InputFolder.ts";
import { runPostern, type Surroundings } from "../runPostern.ts";

const NOW = Date.now();
const TOKEN = madeCapability({ issuedMs: NOW });
const GATE = `import { conversion, defineGate, policy } from "postern";
const tier = (name) => ({ name, check: () => undefined, start: () => { throw new Error("no tier is started"); } });
const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate: () => undefined });
const identity = (...tiers) => ({ identity: tiers.map((tier) => ({ tier })) });
export default defineGate({
  policies: [pods],
  conversions: [conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {} })],
  tiers: [tier("capability"), tier("jwt")],
  clusters: {
    prod: identity("capability"),
    both: identity("jwt", "capability"),
    jwt: identity("jwt"),
    open: { identity: 'none' },
  },
});
`;

let server: LoopbackServer;
let folder: InputFolder;
let gate: string;
let ca: string;
beforeAll(async () => {
  const authority = await TestCa.create("gate");
  server = await LoopbackServer.start(authority);
  folder = new InputFolder();
  gate = folder.write("gate.ts", GATE);
  ca = folder.write("ca.pem", authority.cert);
});
beforeEach(() => {
  server.calls.length = 0;
  server.answer = () => issued(TOKEN);
});
afterAll(async () => {
  folder.remove();
  await server.stop();
});

const projected = (): string => madeToken({ aud: [`${server.url}/token`] });
const render = (cluster: string, args: readonly string[], surroundings?: Surroundings) =>
  runPostern(
    ["render", "--gate", gate, "--cluster", cluster, "--url", server.url, "--ca", ca, "--output", "json", ...args],
    surroundings,
  );
const token = (): string[] => ["--sync", "--sync-token", folder.write("token", `${projected()}\n`)];
const urlsIn = (out: string): string[] => [...out.matchAll(/"url": "([^"]+)"/g)].map(([, url = ""]) => url);
const hashesIn = (out: string): string[] =>
  [...out.matchAll(/"postern.dev\/registration-hash": "([^"]+)"/g)].map((it) => it[1] ?? "");

describe("postern render for a cluster that takes only capabilities", () => {
  it("prints the capability in each URL, fetched once with --sync-token", async () => {
    const { code, out, err } = await render("prod", token());
    expect([code, err, server.calls.length]).toEqual([0, "", 1]);
    const urls = urlsIn(out);
    // The canaries, the webhook, and the conversion.
    expect(urls).toHaveLength(4);
    for (const url of urls) expect(url.startsWith(`${server.url}/k/${TOKEN}/c/prod/`)).toBe(true);
  });

  it("reads the token from standard input for -", async () => {
    const { code, out } = await render("prod", ["--sync", "--sync-token", "-"], { stdin: projected() });
    expect([code, out.includes(TOKEN)]).toEqual([0, true]);
  });

  it("prints the same hash with and without a capability", async () => {
    const [withToken, without] = [await render("prod", token()), await render("prod", ["--without-capability"])];
    expect(new Set(hashesIn(withToken.out)).size).toBe(1);
    expect(hashesIn(without.out)).toEqual(hashesIn(withToken.out));
    expect(without.out).not.toContain("/k/");
  });

  it("exits with 2 and says what to do when no token is given", async () => {
    const { code, out, err } = await render("prod", ["--sync"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: the cluster "prod" takes only calls with a capability: .*\n$/);
    expect(err).toContain(`kubectl create token postern-sync -n postern-system --audience ${server.url}/token`);
  });

  it.each(wrongAnswers(NOW))(
    "exits with 2 and prints no registration for an answer of %s",
    async (_, answer, fault) => {
      server.answer = answer;
      const { code, out, err } = await render("prod", token());
      expect([code, out]).toEqual([2, ""]);
      expect(err).toMatch(/^postern: the gate issued no capability: .*\n$/);
      expect(err.trimEnd()).toMatch(fault);
      expect(err).not.toMatch(/eyJ/);
    },
  );

  it.each<[what: string, cluster: string, args: () => string[], fault: RegExp]>([
    ["a missing file", "prod", () => ["--sync", "--sync-token", "none"], /--sync-token: none: does not exist/],
    ["no --sync", "prod", () => token().slice(1), /--sync-token needs --sync/],
    ["a cluster without the tier", "jwt", token, /the cluster "jwt" takes no capabilities in the gate/],
    ["--diff", "prod", () => [...token(), "--diff"], /cannot be used with option '--diff'/],
    [
      "--without-capability",
      "prod",
      () => [...token(), "--without-capability"],
      /cannot be used with option '--without-/,
    ],
  ])("exits with 2 for --sync-token with %s", async (_, cluster, args, fault) => {
    const { code, out, err } = await render(cluster, args());
    expect([code, out, server.calls]).toEqual([2, "", []]);
    expect(err).toMatch(fault);
  });
});

describe("postern render for a cluster that takes other credentials beside capabilities, with conversions", () => {
  it("prints the capability in each URL with --sync-token", async () => {
    const ofBoth = madeCapability({ issuedMs: NOW, cluster: "both" });
    server.answer = () => issued(ofBoth);
    const { code, out, err } = await render("both", token());
    expect([code, err, urlsIn(out).length]).toEqual([0, "", 4]);
    for (const url of urlsIn(out)) expect(url.startsWith(`${server.url}/k/${ofBoth}/c/both/`)).toBe(true);
  });

  it("exits with 2 and says what would be refused when no token is given", async () => {
    const { code, out, err } = await render("both", ["--sync"]);
    expect([code, out, server.calls]).toEqual([2, "", []]);
    expect(err).toMatch(/^postern: the cluster "both" takes conversions only with a capability: [^\n]*\n$/);
    expect(err).toContain(`kubectl create token postern-sync -n postern-system --audience ${server.url}/token`);
    expect(err).toContain("custom objects cannot be read");
  });

  it.each<[what: string, cluster: string, args: string[], lints: RegExp]>([
    ["--without-capability", "both", ["--without-capability"], /^$/],
    ["a cluster that answers every caller", "open", [], /^$/],
    // Its registrations are right, and its conversions would be refused.
    ["a cluster without the tier", "jwt", ["--sync"], /^\{"code":"conversions-refused"[^\n]*\n$/],
  ])("needs no token for %s", async (_, cluster, args, lints) => {
    const { code, out, err } = await render(cluster, args);
    expect([code, server.calls]).toEqual([0, []]);
    expect(err).toMatch(lints);
    expect(out).not.toContain("/k/");
  });
});

it.each<[what: string, args: () => string[], isSecret: boolean]>([
  ["with a capability", token, true],
  ["without one", () => ["--without-capability"], false],
])("postern render says above its YAML whether it is a secret: %s", async (_, args, isSecret) => {
  const { code, out } = await render("prod", [...args(), "--output", "yaml"]);
  expect(code).toBe(0);
  expect(/^# SECRET: each URL has a capability\./.test(out)).toBe(isSecret);
});

it("postern render without conversions needs no token for a cluster that takes other credentials", async () => {
  const plain = folder.write("plain.ts", GATE.replace(/ {2}conversions: .*\n/, ""));
  const { code, out } = await render("both", ["--gate", plain]);
  expect([code, server.calls]).toEqual([0, []]);
  expect(out).not.toContain("/k/");
});

describe("postern render says of a token that it does not send", () => {
  it.each<[what: string, text: string, fault: string]>([
    ["a password", "hunter2", "is not a JWT; give the output of kubectl create token postern-sync "],
    ["that of the API server", madeToken({ aud: ["https://kubernetes"] }), "is not for the audience https://"],
  ])("%s: the file, the fault and the command", async (_, text, fault) => {
    const file = folder.write("wrong-token", text);
    const { code, out, err } = await render("prod", ["--sync", "--sync-token", file]);
    expect([code, out, server.calls]).toEqual([2, "", []]);
    expect(err.startsWith(`postern: --sync-token: ${file}: ${fault}`)).toBe(true);
    expect(err).toMatch(/kubectl create token postern-sync .*\n$/);
    expect(err).not.toContain(text);
  });
});

it("postern render names --ca for a gate of another CA", async () => {
  const other = folder.write("other.pem", (await TestCa.create("other")).cert);
  const { code, out, err } = await render("prod", [...token(), "--ca", other]);
  expect([code, out, server.calls]).toEqual([2, "", []]);
  expect(err).toMatch(
    /^postern: the gate issued no capability: 127\.0\.0\.1:\d+ serves a certificate of another CA than .*--ca /,
  );
});
