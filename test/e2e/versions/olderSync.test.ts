import { spawn } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { EarlierVersion } from "../../versions/EarlierVersion.ts";
import { bundleSizes, resultOf, SyncBed, type SyncResult, VALIDATING } from "../sync/bed/SyncBed.ts";

const earlier = EarlierVersion.last();
const IN_STEP = { code: 0, stdout: "in step: nothing to write\n", stderr: "" };
let bed: SyncBed;
let program: string;
/** Asks for the roots of both CAs. */
let both: string;
/** Asks for the root of the first CA only. */
let one: string;

beforeAll(async () => {
  bed = await SyncBed.start();
  program = earlier.program("postern.mjs");
  const { old, next } = bed.cas;
  [both, one] = [await bed.writeConfig({ roots: [old, next] }), await bed.writeConfig({ roots: [old], soak: "0s" })];
});
afterAll(async () => {
  await bed?.stop();
  earlier.remove();
});
beforeEach(async () => {
  await bed.edge.switchTo(bed.cas.old);
  await bed.register(bed.cas.old.root);
});

/** Runs a command of the version before. `onOutput` may kill it. */
function runOlder(args: readonly string[], onOutput?: (text: string, kill: () => void) => void): Promise<SyncResult> {
  const child = spawn(process.execPath, [program, ...args]);
  return resultOf(child, (text) => onOutput?.(text, () => child.kill("SIGKILL")));
}
const sync = (config: string): string[] => ["sync", "--once", "--config", config, "--kubeconfig", bed.kubeconfig];
const sizes = async (): Promise<number[]> => bundleSizes(await bed.live(VALIDATING));

it("the sync of the version before keeps the registrations of this version in step through a change of the CA", async () => {
  const widened = await runOlder(sync(both));
  expect(widened).toMatchObject({ code: 0, stdout: expect.stringContaining("widen  ValidatingWebhook"), stderr: "" });
  expect(await sizes()).toEqual([2]);
  expect(await runOlder(sync(both))).toMatchObject(IN_STEP);
  await bed.edge.switchTo(bed.cas.next);
  expect(await runOlder(sync(both))).toMatchObject({ code: 0, stderr: "" });
});

it("this sync takes over from the version before without a write, and the version before from this one", async () => {
  expect(await runOlder(sync(both))).toMatchObject({ code: 0 });
  const version = (await bed.live(VALIDATING)).metadata.resourceVersion;
  expect(await bed.run(both)).toMatchObject(IN_STEP);
  expect(await runOlder(sync(both))).toMatchObject(IN_STEP);
  expect((await bed.live(VALIDATING)).metadata.resourceVersion).toBe(version);
});

it("the version before continues a soak that this sync began, and this sync one of the version before", async () => {
  const older = (config: string): Promise<SyncResult> => runOlder(sync(config));
  const newer = (config: string): Promise<SyncResult> => bed.run(config);
  for (const [first, second] of [
    [older, newer],
    [newer, older],
  ] as const) {
    await bed.register(bed.cas.old.root);
    expect(await first(both)).toMatchObject({ code: 0, stderr: "" });
    // The first run begins the soak, the second one ends it: nothing uses the root of the next CA.
    expect(await first(one)).toMatchObject({ stderr: "" });
    expect(await second(one)).toMatchObject({ code: 0, stderr: "" });
    expect(await sizes()).toEqual([1]);
  }
});

it("this sync continues where the version before was killed after its first write", async () => {
  const killed = await runOlder(sync(both), (text, kill) => (text.includes("widen") ? kill() : undefined));
  if (killed.code === null) await bed.deleteLease();
  expect(await bed.run(both)).toMatchObject({ code: 0, stderr: "" });
  expect(await sizes()).toEqual([2]);
  expect(await bed.run(both)).toMatchObject(IN_STEP);
});

it("the sync of the version before removes an annotation that only a later version has, says so once, and goes on", async () => {
  expect(await runOlder(sync(both))).toMatchObject({ code: 0 });
  const later = "postern.dev/sync-of-a-later-version";
  const { status } = await bed.cluster.api.merge(VALIDATING, { metadata: { annotations: { [later]: "1" } } });
  expect(status).toBe(200);
  const run = await runOlder(sync(both));
  expect(run).toMatchObject({ stdout: expect.stringContaining("foreign-state"), stderr: "" });
  expect((await bed.live(VALIDATING)).metadata.annotations).not.toHaveProperty([later]);
  expect(await runOlder(sync(both))).toMatchObject(IN_STEP);
});

it("the doctor of the version before finds no fault of what this version rendered", async () => {
  const { kubeconfig } = bed.cluster;
  await runOlder(sync(both));
  const { stdout } = await runOlder(["doctor", "--config", both, "--kubeconfig", kubeconfig, "--output", "json"]);
  const findings: { readonly severity: string; readonly code: string }[] = JSON.parse(stdout).findings;
  // The CronJob of the bed is suspended: the test runs the sync.
  expect(findings.filter(({ severity }) => severity !== "info").map(({ code }) => code)).toEqual(["sync-suspended"]);
});
