import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { ON_POD_RUNNER, startPodRunner } from "../../cluster/startPodRunner.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { bundleSizes, MUTATING, SETTINGS, SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";
import { type ImageConfig, ImageStore, repositoryText } from "./bed/ImageStore.ts";
import { missingTool } from "./bed/missingTool.ts";
import { ociBundle } from "./bed/ociBundle.ts";

const reason = missingTool();
// The reporter prints the number of skipped tests and not the reason.
if (reason !== undefined) process.stderr.write(`the tests of the images are skipped: ${reason}\n`);
const isMissing = reason !== undefined;

const IMAGES = { gate: "postern-gate:test", commands: "postern:test" } as const;
type Name = keyof typeof IMAGES;

let store: ImageStore;
let folder: string;
const roots = {} as Record<Name | "base", string>;
const configs = {} as Record<Name, ImageConfig>;

beforeAll(async () => {
  if (isMissing) return;
  folder = await mkdtemp(join(tmpdir(), "postern-bundles-"));
  store = await ImageStore.create();
  await store.build(IMAGES.gate, "gate");
  // The stage that builds is the same: only the last one runs again.
  await store.build(IMAGES.commands);
  roots.base = await store.mount(store.bases.RUNTIME_IMAGE ?? "");
  for (const name of ["gate", "commands"] as const) {
    roots[name] = await store.mount(IMAGES[name]);
    configs[name] = await store.configOf(IMAGES[name]);
  }
}, patience(400_000));

afterAll(async () => {
  await store?.remove();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The files below a folder with their sizes, by path. */
async function filesIn(root: string): Promise<Map<string, number>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  const sizes = files.map(async (file) => [relative(root, file), (await stat(file)).size] as const);
  return new Map(await Promise.all(sizes));
}

describe.skipIf(isMissing).each([
  ["gate", "gate.mjs", ["/nodejs/bin/node", "--v8-pool-size=1", "/gate.mjs"], "hono"],
  ["commands", "postern.mjs", ["/nodejs/bin/node", "/postern.mjs"], "@kubernetes/client-node"],
] as const)("the image of the %s", (name, script, entrypoint, bundled) => {
  it("adds one script, the licence and the notices to its base, at most 4 MB", async () => {
    const [base, image] = await Promise.all([filesIn(roots.base), filesIn(roots[name])]);
    const added = [...image.keys()].filter((path) => !base.has(path)).sort();
    expect(added).toEqual(["LICENSE", "THIRD-PARTY-NOTICES.txt", script]);
    const bytes = added.reduce((sum, path) => sum + (image.get(path) ?? 0), 0);
    expect(bytes).toBeLessThan(4_000_000);
    for (const [path, size] of base) expect([path, image.get(path)]).toEqual([path, size]);
  });

  it("has the licence of the repository, and the notice of each bundled package", async () => {
    expect(await readFile(join(roots[name], "LICENSE"), "utf8")).toBe(await repositoryText("LICENSE"));
    const notices = await readFile(join(roots[name], "THIRD-PARTY-NOTICES.txt"), "utf8");
    expect(notices).toContain(bundled);
    expect(notices).toContain("MIT");
  });

  it("has no shell, no package manager and no compiler", async () => {
    const tools = /^(?:.*\/)?s?bin\/(?:\w*sh|busybox|apt|apt-get|dpkg|apk|npm|npx|yarn|gcc|python3?|perl|curl|wget)$/;
    const paths = [...(await filesIn(roots[name])).keys()];
    expect(paths).toContain("nodejs/bin/node");
    expect(paths.filter((path) => tools.test(path))).toEqual([]);
  });

  it("starts as a user that is not root, by its number", () => {
    expect(configs[name]).toMatchObject({ User: "65532:65532", Entrypoint: entrypoint });
    expect(configs[name].Cmd ?? []).toEqual(name === "gate" ? [] : ["--help"]);
  });
});

it.skipIf(isMissing)("an image is not built without digests of its bases", async () => {
  const tags = Object.fromEntries(Object.entries(store.bases).map(([key, it]) => [key, it.replace(/@.*$/, "")]));
  const none = Object.fromEntries(Object.keys(tags).map((key) => [key, ""]));
  await expect(store.build("postern:none", undefined, none)).rejects.toThrow(/repository name must be lowercase/);
  await expect(store.build("postern:none", undefined, tags)).rejects.toThrow(/expected IMAGE:TAG@sha256:DIGEST/);
});

it.skipIf(isMissing)("an image is built from the digests of the Dockerfile when none are given", async () => {
  await expect(store.build("postern:none", undefined, {})).rejects.toThrow(
    /\bnode@sha256:[0-9a-f]{64}: image not known/,
  );
});

it.skipIf(isMissing)("the gate answers a review over TLS, as user 65532, in a root that it cannot write", async () => {
  const ca = await TestCa.create("image");
  const { cert, key } = await ca.issue({ name: "gate", hosts: ["127.0.0.1"] });
  const tls = join(folder, "tls");
  await writeFolder(tls, { "tls.crt": cert, "tls.key": key, "ca.pem": ca.cert });
  const [port = 0] = await freePorts(1);
  const at = { CERT: "tls.crt", KEY: "tls.key", CA: "ca.pem" };
  const paths = Object.entries(at).map(([name, file]) => `POSTERN_${name}=/etc/tls/${file}`);
  const env = [`POSTERN_PORT=${port}`, ...paths];
  const plan = { root: await store.mount(IMAGES.gate), config: configs.gate, env, mounts: { "/etc/tls": tls } };
  const [program, ...words] = await ociBundle(folder, `gate-${port}`, plan);
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
  try {
    const output = outputOf(child);
    await eventually("the gate to listen", () => {
      if (child.exitCode !== null) throw new Error(`runc ended with ${child.exitCode}: ${output.text}`);
      return output.text.includes('"listening"') ? true : undefined;
    });
    const status = await statusOf("/gate.mjs");
    expect(status).toMatchObject({
      uid: "65532",
      gid: "65532",
      capabilities: "0000000000000000",
      noNewPrivileges: "1",
    });
    expect(status.rootOptions.split(",")).toContain("ro");
    const answer = await post(port, ca.cert, "/c/local/validate?timeout=5s", readReview("validate-v1-create-pods-2"));
    expect(answer).toMatchObject({ status: 200, body: { response: { allowed: false, status: { code: 403 } } } });
    child.kill("SIGTERM");
    await eventually("the gate to stop", () => (child.exitCode === null ? undefined : true));
    expect(child.exitCode).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
});

describe.skipIf(isMissing)("the shipped CronJob of the sync in the Pod runner", () => {
  let bed: SyncBed;
  beforeAll(async () => {
    bed = await SyncBed.start({ controllers: true });
    await startPodRunner(bed.cluster);
    await bed.register(bed.cas.old.root);
  });
  afterAll(() => bed?.stop());

  it("runs from the root file system of the image and ends in step", async () => {
    const { api } = bed.cluster;
    const jobPath = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";
    const { spec } = (await bed.live(jobPath)).spec.jobTemplate;
    const [shipped] = spec.template.spec.containers;
    const script = fileURLToPath(new URL("bed/runInImage.ts", import.meta.url));
    const root = await store.mount(IMAGES.commands);
    const command = [process.execPath, script, folder, root, JSON.stringify(configs.commands)];
    const template = { spec: { ...ON_POD_RUNNER, containers: [{ ...shipped, image: "none", command }] } };
    const change = { spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } } };
    expect((await api.merge(jobPath, change)).status).toBe(200);
    const data = { ...bed.configFiles({ roots: [bed.cas.old, bed.cas.next] }), hosts: "127.0.0.1:*\n" };
    expect((await api.merge(SETTINGS, { data })).status).toBe(200);
    const system = ["-n", "postern-system"];
    const job = await bed.cluster.kubectl([...system, "create", "job", "--from=cronjob/postern-sync", "image"]);
    expect(job.stderr).toBe("");
    const pod = await eventually("the Job to end", async () => {
      const query = { labelSelector: "batch.kubernetes.io/job-name=image" };
      const { body } = await api.get("/api/v1/namespaces/postern-system/pods", { query });
      const [found] = body.items;
      return ["Succeeded", "Failed"].includes(found?.status?.phase) ? found : undefined;
    });
    const { stdout: log } = await bed.cluster.kubectl([...system, "logs", pod.metadata.name]);
    const inStep = expect.stringMatching(/in step: nothing to write\n$/);
    expect({ phase: pod.status.phase, log }).toEqual({ phase: "Succeeded", log: inStep });
    for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
  });
});

/** Writes files that user 65532 may read. */
async function writeFolder(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(path, { mode: 0o755 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text, { mode: 0o444 });
}

function outputOf(child: ChildProcess): { readonly text: string } {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output.text += chunk.toString();
    });
  return output;
}

/** What the kernel says of the process that runs `script` in a root of the store. */
async function statusOf(
  script: string,
): Promise<Record<"uid" | "gid" | "capabilities" | "noNewPrivileges" | "rootOptions", string>> {
  for (const pid of await readdir("/proc")) {
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (!words.startsWith("/nodejs/bin/node\0") || !words.endsWith(`\0${script}\0`)) continue;
    const [status, mounts] = await Promise.all(
      ["status", "mountinfo"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8")),
    );
    const value = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status ?? "")?.[1] ?? "";
    const root = (mounts ?? "").split("\n").find((line) => line.split(" ")[4] === "/") ?? "";
    return {
      uid: value("Uid"),
      gid: value("Gid"),
      capabilities: value("CapEff"),
      noNewPrivileges: value("NoNewPrivs"),
      rootOptions: root.split(" ")[5] ?? "",
    };
  }
  throw new Error(`no process runs ${script}`);
}

function post(
  port: number,
  ca: string,
  path: string,
  body: string,
): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const call = request({ host: "127.0.0.1", port, ca, path, method: "POST", headers, agent: false });
    call.once("response", async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, body: JSON.parse(text) });
    });
    call.once("error", reject).end(body);
  });
}
