import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ContainerFolder } from "../container/ContainerFolder.ts";
import { SyncBed } from "./SyncBed.ts";

/** What a run may have at most, at its peak. In bytes. */
const MEMORY = 150 * 1024 * 1024;

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

it("the image's one file brings registrations in step; a run with nothing to do writes nothing, and takes 150 MB at most", async ({
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
  // What the sync's own ServiceAccount may not see is a note, and nothing wrong.
  const doctor = await container.run(["doctor", ...files]);
  expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing wrong, \d notes \(/m), stderr: "" });
  for (const { peakMemory, milliseconds } of [first, idle, doctor]) {
    await annotate(`${Math.round(milliseconds)} ms, ${((peakMemory ?? 0) / 1024 / 1024).toFixed(0)} MiB at the peak`);
    // Linux tells; elsewhere there is nothing to hold it to.
    if (process.platform === "linux") expect(peakMemory).toBeDefined();
    expect(peakMemory ?? 0).toBeLessThan(MEMORY);
  }
});
