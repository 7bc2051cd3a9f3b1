import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Announcement } from "../../../src/announcement/Announcement.ts";
import type { AnnouncementKey } from "../../../src/announcement/AnnouncementKey.ts";
import { readAnnouncement } from "../../../src/announcement/readAnnouncement.ts";
import { announcementKey, publicPart } from "../../announcement/AnnouncementBed.ts";
import { patience } from "../../run/speedFactor.ts";
import { type LoopbackAnswer, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { runPostern } from "../runPostern.ts";

const [ACCOUNT, NAMESPACE] = ["9a7806061c88ada191ed06f989cc3dac", "0f2ac74b498b48028cb68387c421e279"];
let folder: string;
let key: AnnouncementKey;
let server: LoopbackServer;
beforeAll(async () => {
  server = await LoopbackServer.start();
  key = await announcementKey();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  server.calls.length = 0;
  folder = await mkdtemp(join(tmpdir(), "postern-announce-"));
  await writeFile(file("key.json"), JSON.stringify(key), { mode: 0o600 });
  await writeFile(file("token"), "SECRET-TOKEN\n", { mode: 0o600 });
  return () => rm(folder, { recursive: true });
});

const file = (name: string): string => join(folder, name);
const fixed = { fixed: { url: "https://gate.example.com", roots: ["letsencrypt"] } };

async function announce(change: object = {}, ...args: string[]): ReturnType<typeof runPostern> {
  const config = {
    gate: "postern",
    provider: fixed,
    key: "./key.json",
    publish: { file: "./out.jws" },
    timeout: `${patience(4_000)}ms`,
  };
  await writeFile(file("announce.yaml"), stringify({ ...config, ...change }));
  return runPostern(["announce", "--config", file("announce.yaml"), ...args], {
    env: { POSTERN_PROVIDER_HOSTS: server.url },
  });
}

/** The published announcement, as a sync reads it. */
async function published(text: string): Promise<Announcement> {
  const terms = { gate: "postern", hosts: ["gate.example.com"], now: Date.now() };
  const read = await readAnnouncement(text.trim(), publicPart(key), terms);
  if (!read.ok) throw new Error(read.fault.message);
  return read.announcement;
}
const inFile = async (): Promise<Announcement> => published(await readFile(file("out.jws"), "utf8"));

it("postern announce publishes to a file an announcement that a sync accepts, valid for one hour", async () => {
  const { code, out, err } = await announce();
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(
    /^announced \d+: https:\/\/gate\.example\.com, roots letsencrypt, for \*, until \S+\npublished to \.\/out\.jws\n$/,
  );
  const announcement = await inFile();
  expect(announcement).toMatchObject({ gate: "postern", clusters: ["*"], ...fixed.fixed });
  expect(announcement.exp - announcement.iat).toBe(3_600);
});

it("postern announce keeps the sequence number for the same content and raises it for other content", async () => {
  await announce();
  const first = await inFile();
  const again = await announce({ lifetime: "10m" });
  expect(again.out).toMatch(new RegExp(`^announced ${first.seq} again: `));
  const second = await inFile();
  expect([second.seq, second.exp - second.iat]).toEqual([first.seq, 600]);
  await announce({ clusters: ["a", "b"] });
  expect((await inFile()).seq).toBeGreaterThan(first.seq);
});

it("postern announce --dry-run --output json publishes nothing and prints the whole announcement", async () => {
  const { code, out } = await announce({}, "--dry-run", "--output", "json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    published: false,
    new: true,
    announcement: fixed.fixed,
    provider: fixed.fixed,
  });
  await expect(readFile(file("out.jws"))).rejects.toMatchObject({ code: "ENOENT" });
});

it("postern announce with publish.stdout writes only the announcement to standard output", async () => {
  const { code, out, err } = await announce({ publish: { stdout: true } });
  expect(code).toBe(0);
  expect(await published(out)).toMatchObject(fixed.fixed);
  expect(err).toMatch(/published to standard output\n$/);
});

it("postern announce with a KV namespace continues the sequence of the stored announcement", async () => {
  let stored: string | undefined;
  server.answer = ({ method, body }): LoopbackAnswer => {
    if (method === "PUT") stored = body;
    else if (stored !== undefined) return { status: 200, body: stored };
    else return { status: 404, body: '{"success":false}' };
    return { status: 200, body: '{"success":true}' };
  };
  const cloudflareKv = { account: ACCOUNT, namespace: NAMESPACE, token: { file: "./token" }, api: server.url };
  for (const expected of [/^announced \d+: /, /^announced \d+ again: /]) {
    const { code, out } = await announce({ publish: { cloudflareKv } });
    expect([code, out]).toEqual([0, expect.stringMatching(expected)]);
  }
  expect(await published(stored ?? "")).toMatchObject(fixed.fixed);
  for (const { url, headers } of server.calls) {
    expect(url).toBe(`/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}/values/postern`);
    expect(headers.authorization).toBe("Bearer SECRET-TOKEN");
  }
});

describe("postern announce exits with 1 and keeps the published announcement", () => {
  const cloudflare = (): object => ({ cloudflare: { zone: ACCOUNT, token: { file: "./token" }, api: server.url } });
  const kv = (): object => ({
    publish: { cloudflareKv: { account: ACCOUNT, namespace: NAMESPACE, token: { file: "./token" }, api: server.url } },
  });
  it.each<[string, LoopbackAnswer, () => object, RegExp]>([
    ["a provider that fails", { status: 500 }, () => ({ provider: cloudflare() }), /answers 500\n$/],
    ["a provider that limits calls", { status: 429 }, () => ({ provider: cloudflare() }), /answers 429/],
    [
      "a provider that does not answer",
      "silent",
      () => ({ provider: cloudflare(), timeout: "500ms" }),
      /did not answer within 500 ms/,
    ],
    [
      "a provider with an unexpected answer",
      { status: 200, body: "{}" },
      () => ({ provider: cloudflare() }),
      /in an undocumented form/,
    ],
    ["a place that cannot be read", { status: 500 }, kv, /reading the KV namespace: .* answers 500/],
    ["a place that does not answer", "silent", () => ({ ...kv(), timeout: "500ms" }), /did not answer/],
    [
      "a folder that does not exist",
      { status: 200 },
      () => ({ publish: { file: "./none/out.jws" } }),
      /none\/out\.jws cannot be written/,
    ],
  ])("for %s", async (_, answer, change, message) => {
    await announce();
    const before = await readFile(file("out.jws"), "utf8");
    server.answer = () => answer;
    const { code, out, err } = await announce(change());
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^postern: nothing announced: [^\n]+\n$/);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/SECRET/);
    expect(await readFile(file("out.jws"), "utf8")).toBe(before);
  });
});

describe("postern announce exits with 2 and prints one line", () => {
  it.each<[string, () => object | Promise<object>, RegExp]>([
    ["an unknown member", () => ({ gates: 1 }), /unknown key "gates"; known are gate, clusters, provider/],
    ["no provider", () => ({ provider: {} }), /provider: expected exactly one of cloudflare, aws, acme and fixed/],
    [
      "two providers",
      () => ({ provider: { ...fixed, acme: { directory: "https://a", url: "https://a.b", roots: ["aws"] } } }),
      /expected exactly one/,
    ],
    [
      "an invalid member of a provider",
      () => ({ provider: { fixed: { url: "http://a.b", roots: [] } } }),
      /provider\.fixed\.url: expected https/,
    ],
    ["two places", () => ({ publish: { file: "a", stdout: true } }), /publish: expected exactly one/],
    ["a lifetime over the limit", () => ({ lifetime: "2h" }), /lifetime: expected a duration from 1m to 1h/],
    [
      "an unknown root catalogue",
      () => ({ provider: { fixed: { ...fixed.fixed, roots: ["letsencript"] } } }),
      /there is no root catalogue "letsencript"/,
    ],
    [
      "a URL with the path of a cluster",
      () => ({ url: "https://gate.example.com/c/a" }),
      /url: has a path that is not the base path/,
    ],
    ["a missing key file", () => ({ key: "./none.json" }), /key: \S+none\.json cannot be read/],
    [
      "a key that others may read",
      async () => {
        await chmod(file("key.json"), 0o644);
        return {};
      },
      /is accessible to others; chmod 600/,
    ],
    [
      "an empty token variable",
      () => ({ provider: { cloudflare: { zone: ACCOUNT, token: { env: "NONE" } } } }),
      /the environment variable NONE is empty/,
    ],
    [
      "a public key in place of the private key",
      async () => {
        await writeFile(file("key.json"), JSON.stringify(publicPart(key)));
        return {};
      },
      /is not a private Ed25519 JWK/,
    ],
    [
      "a key with the public part of another key",
      async () => {
        await writeFile(file("key.json"), JSON.stringify({ ...key, x: (await announcementKey()).x }));
        return {};
      },
      /whose x belongs to its d/,
    ],
    ["a config without the gate", () => ({ gate: undefined }), /gate: /],
  ])("for %s", async (_, change, message) => {
    const { code, out, err } = await announce(await change());
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: [^\n]+\n$/);
    expect(err).toMatch(message);
    expect(err).not.toContain(key.d);
  });

  it("for a config that does not exist", async () => {
    const { code, err } = await runPostern(["announce", "--config", file("none.yaml")]);
    expect([code, err]).toEqual([2, expect.stringMatching(/^postern: --config: \S+none\.yaml does not exist\n$/)]);
  });
});
