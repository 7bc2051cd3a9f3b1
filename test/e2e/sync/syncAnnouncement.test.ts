import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Announcement } from "../../../src/announcement/Announcement.ts";
import { type AnnouncementKey, signAnnouncement } from "../../../src/announcement/AnnouncementKey.ts";
import { readAnnouncementFile } from "../../../src/hosts/readAnnouncementFile.ts";
import { catalogue } from "../../../src/trust/roots/catalogue.ts";
import { announcementKey, publicPart } from "../../announcement/AnnouncementBed.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { type LoopbackAnswer, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { edgeCa, SwitchingEdge } from "../edges/SwitchingEdge.ts";
import gate from "../gates/sync.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { POSTERN } from "../registration/renderGate.ts";
import { bundleSizes, CANARY, MUTATING, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { type ConfigMembers, configDuration } from "./bed/syncConfigFiles.ts";

const EVENTS = "/apis/events.k8s.io/v1/namespaces/default/events";
const MARK = "postern.dev/sync-announcement";
/** Number of creates to wait for after a change. It is greater than the number of concurrent creates. */
const CALLS_AFTER_CHANGE = 60;
const LETS_ENCRYPT = catalogue("letsencrypt").length;

let bed: SyncBed;
let key: AnnouncementKey;
let load: AdmissionLoad;
let server: LoopbackServer;
beforeAll(async () => {
  key = await announcementKey();
  bed = await SyncBed.start();
  load = await AdmissionLoad.prepare(bed.cluster.api);
  // The CA of this server is unknown. Only the signature of the announcement counts.
  server = await LoopbackServer.start((await edgeCa("unknown CA")).issuing);
});
afterAll(async () => {
  await server?.stop();
  await bed?.stop();
});
/** Resets the registrations to the first URL and to trust in only the old CA. */
async function register(): Promise<void> {
  await bed.register(bed.cas.old.root);
  await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
}

/** Writes a config with an announcement and two pinned CAs. */
function config(url = server.url, more: ConfigMembers = {}): Promise<string> {
  const announcement = { url: `${url}/.well-known/postern`, publicKey: publicPart(key) };
  return bed.writeConfig({
    roots: [bed.cas.old, bed.cas.next],
    more: { announcement, timeouts: { next: configDuration(patience(1_000)) }, ...more },
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

async function runInStep(file: string): Promise<string> {
  const { code, stdout, stderr } = await bed.run(file);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Reads the production registrations and the canary. */
const registrations = (): Promise<KubeObject[]> =>
  Promise.all([VALIDATING, MUTATING, CANARY].map((path) => bed.live(path)));

it("postern sync applies the URL and the roots of postern announce in one run, and no admission fails under load", async () => {
  await register();
  const folder = await mkdtemp(join(tmpdir(), "postern-announced-"));
  const file = (name: string): string => join(folder, name);
  const announcement = (): Promise<string | undefined> => readAnnouncementFile(file("announcement.jws"), undefined);
  const otherUrl = await SwitchingEdge.start(gate, bed.signingKey, bed.cas.next, { announcement });
  try {
    await writeFile(file("key.json"), JSON.stringify(key), { mode: 0o600 });
    const provider = { fixed: { url: otherUrl.url, roots: ["letsencrypt"] } };
    const publish = { file: "./announcement.jws" };
    await writeFile(file("announce.yaml"), stringify({ gate: "postern", provider, key: "./key.json", publish }));
    const args = [POSTERN, "announce", "--config", file("announce.yaml")];
    await promisify(execFile)(process.execPath, args);
    const sync = await config(otherUrl.url);
    const { failures } = await load.during(async (admissions) => {
      expect(await runInStep(sync)).toContain(`the URL of the gate changes to ${otherUrl.url}`);
      await admissions.judged(CALLS_AFTER_CHANGE);
    });
    expect(failures).toEqual([]);
    for (const path of [VALIDATING, MUTATING]) {
      const { webhooks, metadata } = await bed.live(path);
      expect(webhooks[0].clientConfig.url).toMatch(`${otherUrl.url}/c/e2e/`);
      expect(bundleSizes({ webhooks })[0]).toBe(2 + LETS_ENCRYPT);
      expect(metadata.annotations[MARK]).toMatch(/^\d+ sha256:[0-9a-f]{64}$/);
    }
    // A new signature of the same content causes no write.
    const signed = SECONDS();
    await eventually("another second", () => (SECONDS() > signed ? true : undefined));
    await promisify(execFile)(process.execPath, args);
    const before = await registrations();
    expect(await runInStep(sync)).toBe("in step: nothing to write\n");
    expect(await registrations()).toEqual(before);
  } finally {
    await otherUrl.stop();
    await rm(folder, { recursive: true });
  }
});

it("postern sync removes a root that is no longer announced after the soak", async () => {
  await register();
  await serve();
  await runInStep(await config());
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
  await serve({ roots: [], seq: 11 });
  expect(await runInStep(await config(server.url, { soak: "1h" }))).toContain("unused roots are removed from");
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
  expect(await runInStep(await config(server.url, { soak: "1ms" }))).toContain("narrow  ValidatingWebhook");
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2);
});

it("postern sync ignores an announcement for other clusters", async () => {
  await register();
  await serve({ clusters: ["other"], url: "https://127.0.0.1:1" });
  await runInStep(await config());
  const { webhooks } = await bed.live(VALIDATING);
  expect(webhooks[0].clientConfig.url).toMatch(bed.edge.url);
  expect(bundleSizes({ webhooks })[0]).toBe(2);
});

describe("postern sync writes nothing, removes no root and reports a finding for", () => {
  const old = (): Partial<Announcement> => ({ iat: SECONDS() - 700, exp: SECONDS() - 100 });
  const otherUrl = "https://127.0.0.1:1";
  beforeAll(async () => {
    await register();
    await serve();
    await runInStep(await config());
  });

  it.each<[string, () => LoopbackAnswer | Promise<LoopbackAnswer>, string]>([
    ["status 500", () => ({ status: 500 }), "AnnouncementUnavailable"],
    ["status 429", () => ({ status: 429, headers: { "retry-after": "60" } }), "AnnouncementUnavailable"],
    ["a server that does not answer", () => "silent", "AnnouncementUnavailable"],
    ["a page in place of an announcement", () => ({ status: 200, body: "<html>" }), "AnnouncementUnreadable"],
    [
      "an announcement with another signature",
      async () => ({
        status: 200,
        body: await announced({ url: otherUrl, roots: [], seq: 99 }, await announcementKey()),
      }),
      "AnnouncementForged",
    ],
    [
      "an announcement with another content and the same sequence number",
      async () => ({ status: 200, body: await announced({ url: otherUrl, roots: [] }) }),
      "AnnouncementForged",
    ],
    [
      "an announcement with an earlier sequence number",
      async () => ({ status: 200, body: await announced({ url: otherUrl, roots: [], seq: 9 }) }),
      "AnnouncementReplayed",
    ],
    [
      "an expired announcement",
      async () => ({ status: 200, body: await announced({ ...old(), seq: 99 }) }),
      "AnnouncementExpired",
    ],
    [
      "an announcement with an unlisted host",
      async () => ({ status: 200, body: await announced({ url: "https://127.0.0.1.evil.example", seq: 99 }) }),
      "AnnouncementUrl",
    ],
    [
      "an announcement with an unknown root",
      async () => ({ status: 200, body: await announced({ roots: [`sha256:${"0".repeat(64)}`], seq: 99 }) }),
      "UnknownRoot",
    ],
  ])("%s", async (_, make, reason) => {
    const before = await registrations();
    const countEvents = async (): Promise<number> =>
      (await bed.live(EVENTS)).items.filter((event: KubeObject) => event.reason === reason && event.type === "Warning")
        .length;
    const events = await countEvents();
    const answer = await make();
    server.answer = () => answer;
    // If the sync forgot the announced roots, these runs would remove them.
    const file = await config(server.url, { soak: "1ms" });
    for (let run = 1; run <= 2; run += 1) {
      const { code, stdout, stderr } = await bed.run(file);
      expect({ code, stderr }, stdout).toEqual({ code: 1, stderr: "" });
    }
    expect(await registrations()).toEqual(before);
    expect(await countEvents()).toBe(events + 2);
  });
});

it("postern sync adds the roots of its config while the announcement is unavailable", async () => {
  await register();
  await serve();
  const sync = await bed.writeConfig({
    roots: [bed.cas.old],
    more: { announcement: { url: server.url, publicKey: publicPart(key) } },
  });
  await runInStep(sync);
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(1 + LETS_ENCRYPT);
  server.answer = () => ({ status: 500 });
  const { code, stdout } = await bed.run(await config());
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/widen {2}Validating[\s\S]*announcement-unavailable/),
  });
  expect(bundleSizes(await bed.live(VALIDATING))[0]).toBe(2 + LETS_ENCRYPT);
});
