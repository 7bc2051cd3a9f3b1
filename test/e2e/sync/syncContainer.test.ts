import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ContainerFolder } from "../../container/ContainerFolder.ts";
import { SyncBed } from "./bed/SyncBed.ts";

/** Limit for the peak memory of a run. */
const MAX_MEMORY_BYTES = 150 * 1024 * 1024;

let bed: SyncBed;
let container: ContainerFolder;

beforeAll(async () => {
  bed = await SyncBed.start();
  container = await ContainerFolder.create();
  await bed.register(bed.cas.old.root);
});

afterAll(async () => {
  await container?.remove();
  await bed?.stop();
});

it("postern sync and postern doctor run from the script of the image with at most 150 MiB of memory", async ({
  annotate,
}) => {
  const { cluster, cas } = bed;
  const kubeconfig = await readFile(join(cluster.place.folder, "sync-kubeconfig"), "utf8");
  const mounted = await container.mount({ ...bed.configFiles({ roots: [cas.old, cas.next] }), kubeconfig });
  const files = ["--config", join(mounted, "sync.yaml"), "--kubeconfig", join(mounted, "kubeconfig")];
  const first = await container.run(["sync", "--once", ...files]);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("widen  ValidatingWebhook"), stderr: "" });
  const before = (await cluster.auditEvents()).length;
  const idle = await container.run(["sync", "--once", ...files]);
  expect(idle).toMatchObject({ code: 0, stdout: "in step: nothing to write\n", stderr: "" });
  expect((await cluster.auditEvents()).length).toBe(before);
  // The doctor reports what the sync's ServiceAccount may not read as a note.
  const doctor = await container.run(["doctor", ...files]);
  expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no findings, \d notes \(/m), stderr: "" });
  for (const { peakMemory, milliseconds } of [first, idle, doctor]) {
    await annotate(`${Math.round(milliseconds)} ms, ${((peakMemory ?? 0) / 1024 / 1024).toFixed(0)} MiB at the peak`);
    // Only Linux reports the peak memory.
    if (process.platform === "linux") expect(peakMemory).toBeDefined();
    expect(peakMemory ?? 0).toBeLessThan(MAX_MEMORY_BYTES);
  }
});
