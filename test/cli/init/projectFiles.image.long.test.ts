import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ImageStore } from "../../e2e/image/bed/ImageStore.ts";
import { patience } from "../../run/speedFactor.ts";
import { ScaffoldBed } from "./ScaffoldBed.ts";

let bed: ScaffoldBed;
let store: ImageStore;
/** With CI set, it has to be there. */
const hasBuildah = process.env.CI !== undefined || existsSync("/usr/bin/buildah");

beforeAll(async () => {
  if (!hasBuildah) return;
  bed = await ScaffoldBed.start();
  store = await ImageStore.create();
}, patience(300_000));
afterAll(async () => {
  await store?.remove();
  await bed?.stop();
});

it.skipIf(!hasBuildah)(
  "the Dockerfile of a project for Node is built where its tests are green, runs as nobody and owns its records",
  async () => {
    const folder = await bed.project("node", "node --records compliance");
    const bases = Object.entries(store.bases).flatMap(([name, reference]) => ["--build-arg", `${name}=${reference}`]);
    const cache = (await bed.run("npm config get cache", folder)).trim();
    await store.buildah([
      ...["bud", "--isolation=chroot", "--pull-never", "--layers", "--volume", `${cache}:/root/.npm`],
      ...[...bases, "--tag", "gate:test", folder],
    ]);
    const config = await store.configOf("gate:test");
    expect(config).toMatchObject({
      User: "65532:65532",
      Entrypoint: ["/nodejs/bin/node", "--v8-pool-size=1", "/gate.mjs"],
    });
    const root = await store.mount("gate:test");
    expect(await readFile(join(root, "gate.mjs"), "utf8")).toContain("require-team");
    const { uid, gid } = await stat(join(root, "var/lib/postern"));
    expect([uid, gid]).toEqual([65_532, 65_532]);
    await expect(stat(join(root, "src"))).rejects.toThrow(/ENOENT/);
  },
  patience(400_000),
);
