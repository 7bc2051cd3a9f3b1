import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Announcement, contentHash } from "../../../src/announcement/Announcement.ts";
import type { AnnouncementKey } from "../../../src/announcement/AnnouncementKey.ts";
import { callHttp } from "../../../src/http/callHttp.ts";
import { goalFromAnnouncement } from "../../../src/sync/goal/goalFromAnnouncement.ts";
import type { SyncGoal } from "../../../src/sync/goal/SyncConfig.ts";
import type { SyncTarget } from "../../../src/sync/target/SyncTarget.ts";
import type { AnnouncementMark } from "../../../src/sync/target/TargetState.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { announcementKey, announcementOf, NOW, publicPart, signed } from "../../announcement/AnnouncementBed.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { patience } from "../../run/speedFactor.ts";
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
  if (config_ === undefined || bundle_ === undefined || edge === undefined) throw new Error("a CA is missing");
  [key, config, bundle] = [own, config_, bundle_];
  // The sync does not know this CA: the endpoint may just have changed its CA.
  server = await LoopbackServer.start(edge);
  const roots = readableCertificates(config.cert);
  goal = {
    gate: "postern",
    cluster: "a",
    url: "https://fallback.example.com",
    trust: { mode: "pin", roots },
    soakMs: 1,
  };
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
  fault: undefined,
});

function goalWith(
  targets: readonly SyncTarget[] = [target()],
  change: Partial<SyncGoal> = {},
  timeoutMs = patience(10_000),
): Promise<SyncGoal> {
  const url = `${server.url}/.well-known/postern`;
  const terms = { hosts: ["gate.example.com"], now: () => NOW, timeoutMs, call: callHttp };
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

it("goalFromAnnouncement adds the announced roots to those of the config and takes the URL", async () => {
  const next = await goalWith();
  expect(next).toMatchObject({ url: "https://gate.example.com", announced: { seq: 7, hash: HASH } });
  expect(names(next)).toEqual([...known(), ...catalogue("letsencrypt").map(({ fingerprint }) => fingerprint)]);
  expect(next.frozen).toBeUndefined();
});

it("goalFromAnnouncement finds fingerprints only in catalogues, config and bundles in force", async () => {
  const [amazon] = catalogue("aws");
  const fingerprints = [
    ...readableCertificates(bundle.cert),
    ...readableCertificates(config.cert),
    ...(amazon === undefined ? [] : [amazon]),
  ];
  text = await signed(key, { roots: fingerprints.map(({ fingerprint }) => `sha256:${fingerprint}`) });
  expect(names(await goalWith()).slice(1)).toEqual(fingerprints.map(({ fingerprint }) => fingerprint));
  const unrelated = readableCertificates((await TestCa.create("unrelated")).cert)[0]?.fingerprint;
  for (const roots of [[`sha256:${unrelated}`], ["letsencript"], ["aws", `sha256:${"0".repeat(64)}`]]) {
    text = await signed(key, { roots });
    const frozen = await goalWith();
    expect(frozen).toMatchObject({ url: undefined, frozen: { code: "unknown-root" } });
    expect([frozen.announced, names(frozen)]).toEqual([undefined, known()]);
  }
});

it("goalFromAnnouncement adds no root with system trust", async () => {
  const next = await goalWith([target()], { trust: { mode: "system" } });
  expect(next).toMatchObject({ url: "https://gate.example.com", trust: { mode: "system" } });
});

it.each([
  { clusters: ["a"], isFor: true },
  { clusters: ["b", "a"], isFor: true },
  { clusters: ["b", "ab"], isFor: false },
])(
  "goalFromAnnouncement follows an announcement for $clusters in the cluster a: $isFor",
  async ({ clusters, isFor }) => {
    text = await signed(key, { clusters });
    const next = await goalWith();
    expect(next).toMatchObject({ url: isFor ? "https://gate.example.com" : goal.url, announced: { seq: 7 } });
    expect(names(next).length > 1).toBe(isFor);
    expect(next.frozen).toBeUndefined();
  },
);

describe("goalFromAnnouncement, by the remembered announcement,", () => {
  const other = `sha256:${"0".repeat(64)}`;
  const mark = (seq: number, hash = HASH): AnnouncementMark => ({ seq, hash });
  it.each<[string, () => SyncTarget[], string | undefined]>([
    ["follows the same one again", () => [target(mark(7))], undefined],
    ["follows a later one", () => [target(mark(6, other))], undefined],
    ["rejects an earlier one", () => [target(mark(8))], "announcement-replayed"],
    [
      "rejects one that is earlier than another target remembers",
      () => [target(), target(mark(8, other))],
      "announcement-replayed",
    ],
    ["rejects other content under the same number", () => [target(mark(7, other))], "announcement-forged"],
    ["ignores what only the canary remembers", () => [target(mark(8), true)], undefined],
  ])("%s", async (_, targets, code) => {
    const { frozen, url } = await goalWith(targets());
    expect([frozen?.code, url]).toEqual([code, code === undefined ? "https://gate.example.com" : undefined]);
  });

  it.each([
    [0, undefined],
    [60, undefined],
    [61, "announcement-early"],
    [86_400, "announcement-early"],
  ])("follows and remembers a number %i s ahead of now, or neither", async (ahead, code) => {
    const seq = NOW / 1000 + ahead;
    text = await signed(key, { seq });
    const next = await goalWith([target(mark(7))]);
    expect([next.frozen?.code, next.announced?.seq]).toEqual([code, code === undefined ? seq : undefined]);
    if (code !== undefined) expect(next.frozen?.message).toContain(`${ahead} s ahead`);
  });

  it("rejects an earlier one that is for other clusters", async () => {
    text = await signed(key, { clusters: ["b"] });
    expect((await goalWith([target(mark(8))])).frozen?.code).toBe("announcement-replayed");
  });
});

describe("goalFromAnnouncement freezes the goal after", () => {
  const old: Partial<Announcement> = { iat: NOW / 1000 - 3_600, exp: NOW / 1000 - 1 };
  it.each<[string, LoopbackAnswer | (() => Promise<LoopbackAnswer>), string]>([
    ["500", { status: 500 }, "announcement-unavailable"],
    ["429", { status: 429, headers: { "retry-after": "3600" } }, "announcement-unavailable"],
    ["404", { status: 404 }, "announcement-unavailable"],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" } }, "announcement-unavailable"],
    ["no answer", "silent", "announcement-unavailable"],
    ["half an answer", "cut", "announcement-unavailable"],
    ["an answer that is too large", { status: 200, body: "x".repeat(20_000) }, "announcement-unavailable"],
    ["an HTML page", { status: 200, body: "<html>" }, "announcement-unreadable"],
    [
      "an announcement with another key",
      async () => ({ status: 200, body: await signed(await announcementKey()) }),
      "announcement-forged",
    ],
    ["an expired announcement", async () => ({ status: 200, body: await signed(key, old) }), "announcement-expired"],
    [
      "an announcement with a URL on another host",
      async () => ({ status: 200, body: await signed(key, { url: "https://evil.example" }) }),
      "announcement-url",
    ],
    [
      "an announcement for another gate",
      async () => ({ status: 200, body: await signed(key, { gate: "g" }) }),
      "announcement-not-ours",
    ],
  ])("%s", async (_, given, code) => {
    const answer = typeof given === "function" ? await given() : given;
    server.answer = () => answer;
    const frozen = answer === "silent" ? await goalWith([target()], {}, 300) : await goalWith();
    expect(frozen).toMatchObject({ url: undefined, frozen: { code, about: server.url } });
    expect([names(frozen), frozen.announced]).toEqual([known(), undefined]);
  });
});
