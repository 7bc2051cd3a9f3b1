import { execFileSync, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Runs in the tree of an earlier version, and writes what its code makes to the folder in the first argument. It knows
 * that tree only by its paths, so what it imports has no types here.
 */
const tree = import.meta.dirname;
const folder = process.argv[2] ?? "";
const POSTERN = join(tree, "src/cli/postern.ts");
const load = (path: string) => import(join(tree, path));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const postern = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [POSTERN, ...args], {
    cwd: tree,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
/** 2026-06-01, so that the fixtures of a version are the same whenever they are written. */
const NOW = 1_780_272_000_000;

async function programs(): Promise<void> {
  const { bundleContainer } = await load("infra/container/bundleContainer.ts");
  write("postern.mjs", (await bundleContainer()).text);
  const { build } = createRequire(POSTERN)("esbuild");
  const contents = `export { default as gate } from "./test/e2e/gates/sync.ts";
export { createGate } from "./src/gate/createGate.ts";`;
  await build({
    stdin: { contents, resolveDir: tree, loader: "ts" },
    outfile: join(folder, "gate.mjs"),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    legalComments: "none",
  });
}

async function registrations(): Promise<void> {
  const { amazonRoots } = await load("src/trust/roots/amazonRoots.ts");
  write("ca.pem", `${amazonRoots[0].pem.trim()}\n`);
  const args = [
    "--gate",
    join(tree, "test/e2e/gates/sync.ts"),
    "--cluster",
    "e2e",
    "--url",
    "https://gate.example.com",
  ];
  write("registrations.json", postern("render", ...args, "--ca", join(folder, "ca.pem"), "--sync", "--output", "json"));
}

async function annotations(): Promise<void> {
  const { stateAnnotations } = await load("src/sync/target/TargetState.ts");
  const hash = `sha256:${"ab".repeat(32)}`;
  const root = "cd".repeat(32);
  const hook = { name: "validate.postern.dev", url: "https://gate.example.com/c/e2e/validate", bundle: "" };
  const written = { bundleHash: hash, base: "https://gate.example.com" };
  const states = {
    written,
    widening: { ...written, phase: "widening", since: NOW, snapshot: [hook] },
    switching: { ...written, phase: "switching", since: NOW, snapshot: [hook] },
    soaking: { ...written, phase: "soaking", since: NOW, unusedSince: { [root]: NOW } },
    unasked: { ...written, unaskedSince: { [root]: NOW } },
    reverted: { ...written, reverted: { times: 1, since: NOW } },
    announced: { ...written, announcement: { seq: NOW / 1000, hash } },
    failingOpen: { ...written, failingOpen: { since: NOW, webhooks: [hook.name] } },
  };
  const all = Object.entries(states).map(([name, state]) => [name, { state, annotations: stateAnnotations(state) }]);
  write("annotations.json", json(Object.fromEntries(all)));
}

async function announcement(): Promise<void> {
  const { signAnnouncement } = await load("src/announcement/AnnouncementKey.ts");
  const { makeAnnouncement } = await load("src/announcement/makeAnnouncement.ts");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const content = { gate: "postern", clusters: ["*"], url: "https://gate.example.com", roots: ["letsencrypt"] };
  const key = publicKey.export({ format: "jwk" });
  const made = await makeAnnouncement({ content, published: undefined, key, lifetimeSeconds: 3600, now: NOW });
  const text = await signAnnouncement(made.announcement, privateKey.export({ format: "jwk" }));
  write("announcement.json", json({ now: NOW, key, content, text }));
}

/** Serves a gate with the profile `compliance` and sends it reviews, the last ones at the same time. */
async function records(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "records-1" };
  write("records.jwks", json({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "records-1" }] }));
  const gate = join(tree, "recorded.ts");
  writeFileSync(
    gate,
    `import { defineGate } from "./src/index.ts";
import { addLabels, denyLabels } from "./src/policies/index.ts";
export default defineGate({ name: "postern", policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  clusters: { e2e: { records: { profile: "compliance", objects: "redacted" } } } });
`,
  );
  const env = {
    ...process.env,
    POSTERN_RECORDS_DIR: join(folder, "records"),
    POSTERN_RECORDS_KEY: JSON.stringify(jwk),
  };
  const child = spawn(process.execPath, [POSTERN, "serve", "--gate", gate, "--port", "0", "--host", "127.0.0.1"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const port = await new Promise<number>((resolve, reject) => {
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        text += chunk;
        const found = /"message":"listening","port":(\d+)/.exec(text)?.[1];
        if (found !== undefined) resolve(Number(found));
      });
    child.once("exit", (code) => reject(new Error(`postern serve ended with ${code}: ${text}`)));
  });
  const review = (name: string): string => readFileSync(join(tree, "test/fixtures/reviews", `${name}.json`), "utf8");
  for (const name of [
    "validate-v1-create-pods-1",
    "validate-v1-create-pods-2",
    "validate-v1-create-secrets-1",
    "validate-v1beta1-delete-pods-1",
  ])
    await post(port, "validate", review(name));
  await post(port, "mutate", review("mutate-v1-create-pods-1"));
  await Promise.all(
    ["validate-v1-create-services-1", "validate-v1-update-pods-1"].map((it) => post(port, "validate", review(it))),
  );
  child.kill("SIGTERM");
  await ended;
  postern("records", "verify", "--key", join(folder, "records.jwks"), join(folder, "records"));
  write("query.json", postern("records", "query", "--output", "json", join(folder, "records")));
  write("export.csv", postern("records", "export", "--format", "csv", join(folder, "records")));
}

function post(port: number, purpose: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const call = request({ port, host: "127.0.0.1", path: `/c/e2e/${purpose}?timeout=10s`, method: "POST", headers });
    call.once("response", (response) => {
      response.resume().once("end", resolve);
      if (response.statusCode !== 200) reject(new Error(`${purpose}: ${response.statusCode}`));
    });
    call.once("error", reject).end(body);
  });
}

await programs();
await registrations();
await annotations();
await announcement();
await records();
