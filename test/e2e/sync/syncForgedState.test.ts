import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { readableCertificates, trustHash } from "../../../src/trust/bundle.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { lookalikes, manyRoots } from "../../sync/forgedRoots.ts";
import { bundleSizes, CANARY, LEASE, MUTATING, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { leaseWith } from "./stolenTokenForms.ts";

/** What a stolen token could write before the policies held it, and what they cannot hold: the next run mends it and says so. */
let bed: SyncBed;
let config: string;
/** With a soak that does not end within a run, however slow the run is. */
let patient: string;
const SOAK_MS = 3_000;

beforeAll(async () => {
  bed = await SyncBed.start();
  config = await bed.writeConfig({ roots: [bed.cas.old], soak: `${SOAK_MS}ms` });
  patient = await bed.writeConfig({ roots: [bed.cas.old], soak: "1h" });
});

afterAll(() => bed?.stop());

beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
  await bed.deleteLease();
  for (const path of [VALIDATING, MUTATING]) await write(path, written());
});

const TIME = new Date().toISOString();
const HASH = `sha256:${"0".repeat(64)}`;

/** The state after a write of the sync. */
const written = (): Record<string, string> => ({ "bundle-hash": hashOf(bed.cas.old.root), url: bed.edge.url });
const hashOf = (bundle: string): string => trustHash(readableCertificates(bundle));

/** Writes as an administrator, whom no policy holds. */
async function write(path: string, annotations: Readonly<Record<string, string>>, bundle?: string): Promise<void> {
  const { webhooks } = await bed.live(path);
  const own = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`postern.dev/sync-${key}`, value]));
  const caBundle = bundle === undefined ? undefined : Buffer.from(bundle).toString("base64");
  const changed = webhooks.map((webhook: KubeObject) => ({
    ...webhook,
    clientConfig: { ...webhook.clientConfig, ...(caBundle === undefined ? {} : { caBundle }) },
  }));
  const { status, body } = await bed.cluster.api.merge(path, { metadata: { annotations: own }, webhooks: changed });
  expect(status, body.message).toBe(200);
}

/** What a run finds: its codes and targets, without the namespace of names. */
async function found(file = config): Promise<{ code: number | null; findings: string[] }> {
  const { code, stdout, stderr } = await bed.run(file, ["--output", "json"]);
  expect(stderr).toBe("");
  const { findings } = JSON.parse(stdout);
  return { code, findings: findings.map((it: KubeObject) => `${it.code} ${it.about}`).sort() };
}

async function expectMended(): Promise<void> {
  for (const path of [VALIDATING, MUTATING]) {
    const object = await bed.live(path);
    for (const { clientConfig } of object.webhooks)
      expect(Buffer.from(clientConfig.caBundle, "base64").toString()).toBe(bed.cas.old.root);
  }
  expect(await found()).toEqual({ code: 0, findings: [] });
}

const V = "ValidatingWebhookConfiguration/postern";
const M = "MutatingWebhookConfiguration/postern";

it.each<[what: string, forge: () => Promise<unknown>, findings: readonly string[]]>([
  [
    "a fight until 2126, over a caBundle of nonsense",
    () => write(VALIDATING, { reverted: '{"times":99,"since":"2126-01-01T00:00:00Z"}' }, "nonsense"),
    [`foreign-state ${V}`, `foreign-values ${V}`],
  ],
  [
    "a fight of 99 changes, over an empty caBundle",
    () => write(VALIDATING, { reverted: `{"times":99,"since":"${TIME}"}` }, ""),
    [`foreign-state ${V}`, `foreign-values ${V}`],
  ],
  [
    "a fight that cannot be told from a real one, over a caBundle of another CA",
    () => write(MUTATING, { reverted: JSON.stringify({ times: 2, since: TIME }) }, bed.cas.next.root),
    [`fight ${M}`, `unasked-root ${M}`],
  ],
  [
    "the hash, the URL and the number of writes that never were",
    () => write(VALIDATING, { "bundle-hash": "sha256:00", url: "x", announcement: `999999999999999 ${HASH}` }),
    [`foreign-state ${V}`],
  ],
  [
    "the hash and the URL of another write, in the right form",
    () => write(VALIDATING, { "bundle-hash": HASH, url: "https://127.0.0.1:1" }),
    [`foreign-values ${V}`],
  ],
  [
    "the number of an announcement of today, and a soak ahead of now",
    () =>
      write(VALIDATING, { announcement: `9999999999 ${HASH}`, since: "2126-01-01T00:00:00.000Z", phase: "soaking" }),
    [`foreign-state ${V}`],
  ],
  [
    "an unconfirmed write over nonsense, with a snapshot of another entry",
    async () =>
      write(
        VALIDATING,
        {
          phase: "widening",
          since: TIME,
          "bundle-hash": "system",
          url: bed.edge.url,
          snapshot: JSON.stringify({
            bundles: [bed.cas.old.root],
            hooks: (await bed.live(VALIDATING)).webhooks.map(({ name }: KubeObject) => ({
              name,
              url: `${bed.edge.url}/c/e2e/validate/other`,
              bundle: 0,
            })),
          }),
        },
        "nonsense",
      ),
    [`foreign-values ${V}`],
  ],
  ["an unknown annotation of 200 KB", () => write(MUTATING, { x: "x".repeat(200_000) }), [`foreign-state ${M}`]],
  [
    "an annotation of the canary that is not the sync's",
    () => write(CANARY, { reverted: "x" }),
    ["foreign-state ValidatingWebhookConfiguration/postern.canary"],
  ],
  [
    "300 KB of blanks in a caBundle",
    () => write(VALIDATING, {}, bed.cas.old.root.replace("\n", `\n${" ".repeat(300_000)}\n`)),
    [`foreign-values ${V}`],
  ],
])("the next run of postern sync mends and reports %s", async (_, forge, findings) => {
  await forge();
  const run = await found(patient);
  expect(run.findings.filter((it) => !it.startsWith("unasked-root"))).toEqual(
    findings.filter((it) => !it.startsWith("unasked-root")),
  );
  expect(run.code).toBe(1);
  if (findings.some((it) => it.startsWith("unasked-root"))) {
    expect(run.findings).toContain(findings.at(-1));
    await soaked();
    expect((await found()).code).toBe(0);
  }
  await expectMended();
});

it("a Lease of 68 years keeps no run from its work, and the run that takes it reports it", async () => {
  const spec = { leaseDurationSeconds: 2_147_483_647, leaseTransitions: 2_147_483_647, holderIdentity: "thief" };
  const times = { acquireTime: "2026-01-01T00:00:00.000000Z", renewTime: "2126-01-01T00:00:00.000000Z" };
  await bed.deleteLease();
  const path = LEASE.slice(0, LEASE.lastIndexOf("/"));
  expect((await bed.cluster.api.create(path, leaseWith({}, { ...spec, ...times }))).status).toBe(201);
  await write(VALIDATING, {}, "nonsense");
  expect(await found()).toEqual({ code: 1, findings: ["foreign-state Lease/postern-sync", `foreign-values ${V}`] });
  expect((await bed.live(LEASE)).spec).toMatchObject({ holderIdentity: "", leaseTransitions: 1 });
  await expectMended();
});

it("postern sync needs no managedFields", async () => {
  for (const path of [VALIDATING, MUTATING, CANARY]) {
    await bed.cluster.api.merge(path, { metadata: { managedFields: [{}] } });
    expect((await bed.live(path)).metadata.managedFields).toBe(undefined);
  }
  await write(VALIDATING, {}, "nonsense");
  expect(await found()).toEqual({ code: 1, findings: [`foreign-values ${V}`] });
  await expectMended();
});

it.each(["the token of the sync", "the token of the sync, which also forges the hash of the last write"])(
  "a root that %s added is reported and removed after the soak, though a stranger serves a chain of it all the time",
  async (how) => {
    const added = { bundle: `${bed.cas.old.root}${bed.cas.next.root}` };
    for (const path of [VALIDATING, MUTATING]) {
      const { webhooks } = await bed.live(path);
      const caBundle = Buffer.from(added.bundle).toString("base64");
      const hash = hashOf(added.bundle);
      const annotations = how.endsWith("write") ? { "postern.dev/sync-bundle-hash": hash } : {};
      const patched = webhooks.map((webhook: KubeObject) => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle },
      }));
      const { status, body } = await bed.cluster.api.merge(
        path,
        { metadata: { annotations }, webhooks: patched },
        { token: bed.token, query: { fieldManager: "postern-sync" } },
      );
      expect(status, body.message).toBe(200);
    }
    await bed.edge.switchTo(bed.cas.next);
    const first = await found(patient);
    expect(first.code).toBe(1);
    expect(first.findings).toEqual(expect.arrayContaining([`unasked-root ${M}`, `unasked-root ${V}`]));
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
    await soaked();
    const second = await found();
    expect(second.code).toBe(1);
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([1]);
    // The stranger still answers, and no API server accepts it.
    expect((await found()).findings).toEqual([`unanchored ${bed.edge.url}`]);
    await bed.edge.switchTo(bed.cas.old);
    expect((await found()).code).toBe(0);
    await expectMended();
  },
);

/** Writes a bundle with the token of the sync. */
async function writeWithToken(bundle: string): Promise<void> {
  const caBundle = Buffer.from(bundle).toString("base64");
  for (const path of [VALIDATING, MUTATING]) {
    const webhooks = (await bed.live(path)).webhooks.map((webhook: KubeObject) => ({
      ...webhook,
      clientConfig: { ...webhook.clientConfig, caBundle },
    }));
    const { status, body } = await bed.cluster.api.merge(
      path,
      { webhooks },
      { token: bed.token, query: { fieldManager: "postern-sync" } },
    );
    expect(status, body.message).toBe(200);
  }
}

it("a bundle full of roots, more than the state can remember, is reported and empty after two soaks", async () => {
  const many = await manyRoots(500);
  await writeWithToken(`${bed.cas.old.root}${many}`);
  const first = await found(patient);
  expect(first.code).toBe(1);
  expect(first.findings).toContain(`unasked-root ${V}`);
  expect(first.findings.length).toBeLessThan(30);
  for (let soaks = 0; soaks < 3; soaks += 1) {
    await soaked();
    await found();
  }
  await expectMended();
});

it("a hundred roots that look like the right one go in the next run, which the API server would else refuse", async () => {
  await writeWithToken(`${await lookalikes(bed.cas.old.root, 110)}${bed.cas.old.root}`);
  expect((await found(patient)).code).toBe(1);
  await expectMended();
});

/** Resolves after the soak of what was seen until now. */
async function soaked(): Promise<void> {
  const end = Date.now() + SOAK_MS;
  await eventually("the soak to end", () => (Date.now() > end ? true : undefined));
}
