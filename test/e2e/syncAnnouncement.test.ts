import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Announcement } from "../../src/announcement/Announcement.ts";
import { type AnnouncementKey, signAnnouncement } from "../../src/announcement/signAnnouncement.ts";
import { readAnnouncementFile } from "../../src/hosts/readAnnouncementFile.ts";
import { catalogue } from "../../src/trust/roots/catalogue.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { announcementKey, publicPart } from "../sync/announcement/AnnouncementBed.ts";
import { type LoopbackAnswer, LoopbackServer } from "../sync/LoopbackServer.ts";
import { AdmissionLoad } from "./AdmissionLoad.ts";
import gate from "./gates/sync.ts";
import { POSTERN } from "./renderGate.ts";
import { edgeCa, SwitchingEdge } from "./SwitchingEdge.ts";
import { bundleSizes, CANARY, inConfig, type MoreConfig, MUTATING, SyncBed, VALIDATING } from "./SyncBed.ts";

const EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
const MARK = "postern.dev/sync-announcement";
/** Creates that are to be judged after a change: more than are under way at one time. */
const SOME = 60;
const LETS_ENCRYPT = catalogue("letsencrypt").length;

let bed: SyncBed;
let key: AnnouncementKey;
let load: AdmissionLoad;
let server: LoopbackServer;
beforeAll(async () => {
  key = await announcementKey();
  bed = await SyncBed.start();
  load = await AdmissionLoad.prepare(bed.cluster.api);
  // Behind a CA that nobody knows: what is announced is believed for its signature.
  server = await LoopbackServer.start((await edgeCa("nobody's CA")).issuing);
});
afterAll(async () => {
  await server?.stop();
  await bed?.stop();
});
/** Registrations as at first: called where they are to be, with trust in the old CA alone. */
async function register(): Promise<void> {
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
}

/** A config that goes by announcements, with the old CA pinned. */
function config(url = server.url, more: MoreConfig = {}): Promise<string> {
  const announcement = { url: `${url}/.well-known/postern`, publicKey: publicPart(key) };
  return bed.config({
    roots: [bed.cas.old, bed.cas.next],
    more: { announcement, timeouts: { next: inConfig(patience(1_000)) }, ...more },
  });
}

const SECONDS = (): number => Math.floor(Date.now() / 1000);
function announced(change: Partial<Announcement> = {}, by = key): Promise<string> {
  const [iat, exp] = [SECONDS(), SECONDS() + 600];
  const claims = { gate: "postern", clusters: ["e2e"], url: bed.edge.url, roots: ["letsencrypt"], iat, exp, seq: 10 };
  return signAnnouncement({ ...claims, clusters: ["e2e"], ...change }, by);
}

async function serve(change: Partial<Announcement> = {}): Promise<void> {
  const body = await announced(change);
  server.answer = () => ({ status: 200, body });
}

async function inStep(file: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(file);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** All of what the cluster has of the registrations that matter. */
const registrations = (): Promise<KubeObject[]> =>
  Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));

it("what `postern announce` publishes changes URL and roots in one run, and under load fails no admission", async () => {
  await register();
  const folder = await mkdtemp(join(tmpdir(), "postern-announced-"));
  const file = (name: string): string => join(folder, name);
  const announcement = (): Promise<string | undefined> => readAnnouncementFile(file("announcement.jws"), undefined);
  const elsewhere = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { announcement });
  try {
    await writeFile(file("key.json"), JSON.stringify(key), { mode: 0o600 });
    const provider = { fixed: { url: elsewhere.url, roots: ["letsencrypt"] } };
    const publish = { file: "./announcement.jws" };
    await writeFile(file("announce.yaml"), stringify({ gate: "postern", provider, key: "./key.json", publish }));
    const args = [POSTERN, "announce", "--config", file("announce.yaml")];
    await promisify(execFile)(process.execPath, args);
    const sync = await config(elsewhere.url);
    const { failures } = await load.during(async (admissions) => {
      expect(await inStep(sync)).toContain(`the gate is to be called at ${elsewhere.url}`);
      await admissions.judged(SOME);
    });
    expect(failures).toEqual([]);
    for (const path of [VALIDATING, MUTATING]) {
      const { webhooks, metadata } = await bed.live(path);
      expect(webhooks[0].clientConfig.url).toMatch(`${elsewhere.url}/c/e2e/`);
      expect(bundleSizes({ webhooks })[0]).toBe(2 + LETS_ENCRYPT);
      expect(metadata.annotations[MARK]).toMatch(/^\d+ sha256:[0-9a-f]{64}$/);
    }
    // Signed anew, it says the same: nothing is written.
    const signed = SECONDS();
    await eventually("another second", () => (SECONDS() > signed ? true : undefined));
    await promisify(execFile)(process.execPath, args);
    const before = await registrations();
    expect(await inStep(sync)).toBe("in step: nothing to write\n");
    expect(await registrations()).toEqual(before);
  } finally {
    await elsewhere.stop();
    await rm(folder, { recursive: true });
  }
});

it("a root that is announced no more goes after the soak", async () => {
  await register();
  await serve();
  await inStep(await config());
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
  await serve({ roots: [], seq: 11 });
  expect(await inStep(await config(server.url, { soak: "1h" }))).toContain("roots that are unused go from");
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
  expect(await inStep(await config(server.url, { soak: "1ms" }))).toContain("narrow  ValidatingWebhook");
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2);
});

it("one that is for other clusters changes nothing here", async () => {
  await register();
  await serve({ clusters: ["other"], url: "https://127.0.0.1:1" });
  await inStep(await config());
  const { webhooks } = await bed.live(VALIDATING);
  expect(webhooks[0].clientConfig.url).toMatch(bed.edge.url);
  expect(bundleSizes({ webhooks })[0]).toBe(2);
});

describe("changes nothing, takes no root away, and says so:", () => {
  const old = (): Partial<Announcement> => ({ iat: SECONDS() - 700, exp: SECONDS() - 100 });
  const elsewhere = "https://127.0.0.1:1";
  beforeAll(async () => {
    await register();
    await serve();
    await inStep(await config());
  });

  it.each<[string, () => LoopbackAnswer | Promise<LoopbackAnswer>, string]>([
    ["500", () => ({ status: 500 }), "AnnouncementUnavailable"],
    ["429", () => ({ status: 429, headers: { "retry-after": "60" } }), "AnnouncementUnavailable"],
    ["silence", () => "silent", "AnnouncementUnavailable"],
    ["garbage", () => ({ status: 200, body: "<html>" }), "AnnouncementUnreadable"],
    [
      "one that somebody else signed",
      async () => ({
        status: 200,
        body: await announced({ url: elsewhere, roots: [], seq: 99 }, await announcementKey()),
      }),
      "AnnouncementForged",
    ],
    [
      "one that says something else under the same number",
      async () => ({ status: 200, body: await announced({ url: elsewhere, roots: [] }) }),
      "AnnouncementForged",
    ],
    [
      "one from before",
      async () => ({ status: 200, body: await announced({ url: elsewhere, roots: [], seq: 9 }) }),
      "AnnouncementReplayed",
    ],
    [
      "one that ran out",
      async () => ({ status: 200, body: await announced({ ...old(), seq: 99 }) }),
      "AnnouncementExpired",
    ],
    [
      "one on another host",
      async () => ({ status: 200, body: await announced({ url: "https://127.0.0.1.evil.example", seq: 99 }) }),
      "AnnouncementUrl",
    ],
    [
      "one with a root that nobody has here",
      async () => ({ status: 200, body: await announced({ roots: [`sha256:${"0".repeat(64)}`], seq: 99 }) }),
      "UnknownRoot",
    ],
  ])("%s", async (_, make, reason) => {
    const before = await registrations();
    const heard = async (): Promise<number> =>
      (await bed.live(EVENTS)).items.filter((event: KubeObject) => event.reason === reason && event.type === "Warning")
        .length;
    const events = await heard();
    const answer = await make();
    server.answer = () => answer;
    // Had the announced roots been forgotten, the runs would take them away.
    const file = await config(server.url, { soak: "1ms" });
    for (let run = 1; run <= 2; run += 1) {
      const { code, stdout, stderr } = await bed.run(file);
      expect({ code, stderr }, stdout).toEqual({ code: 1, stderr: "" });
    }
    expect(await registrations()).toEqual(before);
    expect(await heard()).toBe(events + 2);
  });
});

it("the roots that the config itself asks for are added while nothing can be heard", async () => {
  await register();
  await serve();
  const sync = await bed.config({
    roots: [bed.cas.old],
    more: { announcement: { url: server.url, publicKey: publicPart(key) } },
  });
  await inStep(sync);
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(1 + LETS_ENCRYPT);
  server.answer = () => ({ status: 500 });
  const { code, stdout } = await bed.run(await config());
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/widen {2}Validating[\s\S]*announcement-unavailable/),
  });
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
});
