import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Announcement, contentHash } from "../../../src/announcement/Announcement.ts";
import type { AnnouncementKey } from "../../../src/announcement/signAnnouncement.ts";
import { goalFromAnnouncement } from "../../../src/sync/goal/goalFromAnnouncement.ts";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import type { AnnouncementMark } from "../../../src/sync/target/TargetState.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { callHttp } from "../../../src/trust/probe/callHttp.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";
import { announcementKey, announcementOf, NOW, publicPart, signed } from "../announcement/AnnouncementBed.ts";
import { type LoopbackAnswer, LoopbackServer } from "../LoopbackServer.ts";

const HASH = contentHash(announcementOf());
let key: AnnouncementKey;
let server: LoopbackServer;
let config: TestCa;
let bundle: TestCa;
let goal: SyncGoal;
beforeAll(async () => {
  const [own, config_, bundle_, edge] = await Promise.all([
    announcementKey(),
    ...["config", "bundle", "edge"].map((name) => TestCa.create(name)),
  ]);
  if (config_ === undefined || bundle_ === undefined || edge === undefined) throw new Error("there are three");
  [key, config, bundle] = [own, config_, bundle_];
  // A CA that nobody has: an edge that has just changed has to be heard.
  server = await LoopbackServer.start(edge);
  const roots = readableCertificates(config.cert);
  goal = { gate: "postern", cluster: "a", url: "https://fallback.example.com", trust: { mode: "pin", roots }, soak: 1 };
});
afterAll(() => server?.stop());
let text: string;
beforeEach(async () => {
  text = await signed(key);
  server.answer = () => ({ status: 200, body: `${text}\n` });
});

const target = (announcement?: AnnouncementMark, isCanary = false): SyncTarget => ({
  kind: "ValidatingWebhookConfiguration",
  name: isCanary ? "postern.canary" : "postern",
  uid: "u",
  resourceVersion: "1",
  isCanary,
  hooks: [{ name: "h", url: "https://gate.example.com/c/a/validate", bundle: bundle.cert }],
  state: announcement === undefined ? {} : { announcement },
  annotations: {},
  obstacle: undefined,
});

function aim(
  targets: readonly SyncTarget[] = [target()],
  change: Partial<SyncGoal> = {},
  timeout = patience(10_000),
): Promise<SyncGoal> {
  const url = `${server.url}/.well-known/postern`;
  const terms = { hosts: ["gate.example.com"], now: () => NOW, timeout, call: callHttp };
  return goalFromAnnouncement(
    { kind: "announcement", url, publicKey: publicPart(key) },
    { ...goal, ...change },
    targets,
    terms,
  );
}

const names = ({ trust }: SyncGoal): string[] =>
  trust.mode === "pin" ? trust.roots.map(({ fingerprint }) => fingerprint) : [];
const known = (): string[] => names(goal);

it("adds what is announced to the config's roots, and takes its URL", async () => {
  const next = await aim();
  expect(next).toMatchObject({ url: "https://gate.example.com", announced: { seq: 7, hash: HASH } });
  expect(names(next)).toEqual([...known(), ...catalogue("letsencrypt").map(({ fingerprint }) => fingerprint)]);
  expect(next.hold).toBeUndefined();
});

it("finds fingerprints in the catalogues, the config and the bundles in force, and nowhere else", async () => {
  const [amazon] = catalogue("aws");
  const fingerprints = [
    ...readableCertificates(bundle.cert),
    ...readableCertificates(config.cert),
    ...(amazon === undefined ? [] : [amazon]),
  ];
  text = await signed(key, { roots: fingerprints.map(({ fingerprint }) => `sha256:${fingerprint}`) });
  expect(names(await aim()).slice(1)).toEqual(fingerprints.map(({ fingerprint }) => fingerprint));
  const stranger = readableCertificates((await TestCa.create("stranger")).cert)[0]?.fingerprint;
  for (const roots of [[`sha256:${stranger}`], ["letsencript"], ["aws", `sha256:${"0".repeat(64)}`]]) {
    text = await signed(key, { roots });
    const held = await aim();
    expect(held).toMatchObject({ url: undefined, hold: { code: "unknown-root" } });
    expect([held.announced, names(held)]).toEqual([undefined, known()]);
  }
});

it("adds no root where those of the API server's host are to count", async () => {
  const next = await aim([target()], { trust: { mode: "system" } });
  expect(next).toMatchObject({ url: "https://gate.example.com", trust: { mode: "system" } });
});

it.each([
  { clusters: ["a"], isFor: true },
  { clusters: ["b", "a"], isFor: true },
  { clusters: ["b", "ab"], isFor: false },
])("for $clusters it is for the cluster a: $isFor", async ({ clusters, isFor }) => {
  text = await signed(key, { clusters });
  const next = await aim();
  expect(next).toMatchObject({ url: isFor ? "https://gate.example.com" : goal.url, announced: { seq: 7 } });
  expect(names(next).length > 1).toBe(isFor);
  expect(next.hold).toBeUndefined();
});

describe("by what is remembered", () => {
  const other = `sha256:${"0".repeat(64)}`;
  const mark = (seq: number, hash = HASH): AnnouncementMark => ({ seq, hash });
  it.each<[string, () => SyncTarget[], string | undefined]>([
    ["the same again", () => [target(mark(7))], undefined],
    ["a later one", () => [target(mark(6, other))], undefined],
    ["an earlier one", () => [target(mark(8))], "announcement-replayed"],
    ["an earlier one, by another target", () => [target(), target(mark(8, other))], "announcement-replayed"],
    ["another one of the same number", () => [target(mark(7, other))], "announcement-forged"],
    ["what only the canary has", () => [target(mark(8), true)], undefined],
  ])("%s", async (_, targets, code) => {
    const { hold, url } = await aim(targets());
    expect([hold?.code, url]).toEqual([code, code === undefined ? "https://gate.example.com" : undefined]);
  });

  it("an earlier one is told even where it is not for this cluster", async () => {
    text = await signed(key, { clusters: ["b"] });
    expect((await aim([target(mark(8))])).hold?.code).toBe("announcement-replayed");
  });
});

describe("holds everything as it is", () => {
  const old: Partial<Announcement> = { iat: NOW / 1000 - 3_600, exp: NOW / 1000 - 1 };
  it.each<[string, LoopbackAnswer | (() => Promise<LoopbackAnswer>), string]>([
    ["500", { status: 500 }, "announcement-unavailable"],
    ["429", { status: 429, headers: { "retry-after": "3600" } }, "announcement-unavailable"],
    ["404", { status: 404 }, "announcement-unavailable"],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" } }, "announcement-unavailable"],
    ["silence", "silent", "announcement-unavailable"],
    ["half an answer", "cut", "announcement-unavailable"],
    ["a flood", { status: 200, body: "x".repeat(20_000) }, "announcement-unavailable"],
    ["garbage", { status: 200, body: "<html>" }, "announcement-unreadable"],
    ["another key", async () => ({ status: 200, body: await signed(await announcementKey()) }), "announcement-forged"],
    ["one that ran out", async () => ({ status: 200, body: await signed(key, old) }), "announcement-expired"],
    [
      "one on another host",
      async () => ({ status: 200, body: await signed(key, { url: "https://evil.example" }) }),
      "announcement-url",
    ],
    [
      "one for another gate",
      async () => ({ status: 200, body: await signed(key, { gate: "g" }) }),
      "announcement-not-ours",
    ],
  ])("%s", async (_, given, code) => {
    const answer = typeof given === "function" ? await given() : given;
    server.answer = () => answer;
    const held = answer === "silent" ? await aim([target()], {}, 300) : await aim();
    expect(held).toMatchObject({ url: undefined, hold: { code, about: server.url } });
    expect([names(held), held.announced]).toEqual([known(), undefined]);
  });
});
