import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callHttp } from "../../../src/http/callHttp.ts";
import { fetchCapability } from "../../../src/sync/capability/fetchCapability.ts";
import { ChildService } from "../../cluster/ChildService.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { tokenKubeconfig } from "../api/tokenKubeconfig.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { POSTERN } from "../registration/renderGate.ts";
import { SETTINGS, VALIDATING } from "../sync/bed/SyncBed.ts";
import { syncConfigFiles } from "../sync/bed/syncConfigFiles.ts";
import { acceptedCallers } from "./acceptedCallers.ts";
import { agedCapabilities, type IssuingInstance } from "./agedCapabilities.ts";
import { CapabilityBed, SYNC_ACCOUNT } from "./CapabilityBed.ts";
import { requestToken, signAsCluster } from "./clusterTokens.ts";
import { postReview } from "./postReview.ts";
import { REFUSED_CREATE } from "./refusedCreate.ts";

/** More than half of a life of 15 minutes, the eighth of the spread included, and less than all of it. */
const BEHIND_MS = 600_000;
const RENEWALS = 4;

let bed: CapabilityBed;
let load: AdmissionLoad;
/** Its clock is ten minutes behind: each of its capabilities is due at once. */
let behind: IssuingInstance;

beforeAll(async () => {
  bed = await CapabilityBed.start({ life: "15m", grace: "1h" });
  load = await AdmissionLoad.prepare(bed.cluster.api);
  behind = await bed.started.add(agedCapabilities(bed, BEHIND_MS), (it) => it.stop());
  await bed.applyBase();
  await bed.cluster.api.merge(SETTINGS, { data: { hosts: "localhost:*\n" } });
  const token = await requestToken(bed.cluster, SYNC_ACCOUNT, { expirationSeconds: 86_400 });
  await writeFile(join(bed.folder, "sync-kubeconfig"), tokenKubeconfig(bed.cluster.place, token), { mode: 0o600 });
  await bed.register();
  await eventually("the API server to call the gate", async () => (await load.create()) === "judged" || undefined);
});

afterAll(() => bed?.stop());

/** Where the sync gets capabilities. */
interface Source {
  /** Undefined: from the gate of the registrations. */
  readonly url?: string;
  /** The token of its ServiceAccount. */
  readonly token: string;
}

/** Writes the config and the token of the sync. Resolves to the arguments of `postern`, and the folder of the token. */
async function syncFiles(name: string, { url, token }: Source): Promise<{ args: string[]; tokens: string }> {
  const folder = join(bed.folder, name);
  await mkdir(join(folder, "tokens"), { recursive: true });
  const tokenFile = join(folder, "tokens", "token");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const capability = { tokenFile, ...(url === undefined ? {} : { url }) };
  const more = { hosts: ["localhost"], interval: "1s", capability };
  const roots = [{ root: bed.gate.ca }, { root: behind.ca }];
  for (const [file, text] of Object.entries(syncConfigFiles({ roots, more }, bed.publicKey)))
    await writeFile(join(folder, file), text);
  const kubeconfig = join(bed.folder, "sync-kubeconfig");
  return {
    args: ["sync", "--config", join(folder, "sync.yaml"), "--kubeconfig", kubeconfig],
    tokens: join(folder, "tokens"),
  };
}

/** Runs `postern sync --once` as a process. Resolves to its code and output. */
async function runOnce(files: { readonly args: readonly string[]; readonly tokens: string }) {
  const env = { ...process.env, POSTERN_TOKEN_FOLDER: files.tokens };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [POSTERN, ...files.args, "--once"], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A token of the sync that the instance behind accepts: the API server gives none that is as old. */
function agedToken(): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - BEHIND_MS / 1000, exp: now + 3600 };
  return signAsCluster(bed.cluster, SYNC_ACCOUNT, [`${behind.url}/token`], times);
}

/** A capability that the gate accepts, and that is due. */
function agedCapability(serviceAccountToken: string): Promise<string> {
  const source = { url: behind.url, cluster: "e2e", ca: behind.ca, serviceAccountToken };
  return fetchCapability({ ...source, timeoutMs: patience(10_000), now: Date.now, call: callHttp });
}

const urlWith = (capability: string, cluster = "e2e"): string =>
  `${bed.gate.url}/k/${capability}/c/${cluster}/validate/default`;
const post = (url: string): Promise<string> => postReview(url, { ca: bed.gate.ca });

it("nobody without a capability of the cluster gets a verdict", async () => {
  const [capability = ""] = await bed.capabilities();
  const [head, , signature] = capability.split(".");
  const payload = { cluster: "e2e", iat: 1, exp: 4_000_000_000, jti: "A".repeat(16) };
  const forged = [head, Buffer.from(JSON.stringify(payload)).toString("base64url"), signature].join(".");
  const token = await requestToken(bed.cluster, SYNC_ACCOUNT, { audiences: [`${bed.gate.url}/token`] });
  expect({
    "no capability": await post(`${bed.gate.url}/c/e2e/validate/default`),
    "a forged one": await post(urlWith(forged)),
    "for another cluster": await post(urlWith(capability, "other")),
    "the token of the sync": await postReview(`${bed.gate.url}/c/e2e/validate/default`, { ca: bed.gate.ca, token }),
    "that of the cluster": await post(urlWith(capability)),
  }).toEqual({
    "no capability": "401",
    "a forged one": "401",
    "for another cluster": "401",
    "the token of the sync": "401",
    "that of the cluster": "200 true",
  });
});

it("a registration whose URL lost its capability lets no create pass, with failurePolicy Fail", async () => {
  const { url } = (await bed.cluster.api.get(VALIDATING)).body.webhooks[0].clientConfig;
  const write = async (value: string): Promise<void> => {
    const body = [{ op: "replace", path: "/webhooks/0/clientConfig/url", value }];
    const { status } = await bed.cluster.api.call("PATCH", VALIDATING, {
      contentType: "application/json-patch+json",
      body,
    });
    expect(status).toBe(200);
  };
  await write(url.replace(/\/k\/[^/]+/, ""));
  try {
    await eventually("a refused create", async () => REFUSED_CREATE.test(await load.create()) || undefined);
    for (let count = 0; count < 5; count += 1) expect(await load.create()).toMatch(REFUSED_CREATE);
  } finally {
    await write(url);
  }
  await eventually("a judged create", async () => (await load.create()) === "judged" || undefined);
});

it("no create fails while postern sync --watch renews the capability in each run: an instance whose clock is ten minutes behind issues them", async () => {
  const token = await agedToken();
  const issued = await agedCapability(token);
  await bed.registerWith(issued);
  await eventually("the capability in force", async () => (await load.create()) === "judged" || undefined);
  const { args, tokens } = await syncFiles("watch", { url: behind.url, token });
  const seen = new Set(await bed.capabilities());
  expect([...seen]).toEqual([issued]);
  let sync: ChildService | undefined;
  const { judged, failures } = await load.during(async (admissions) => {
    await admissions.judged(25);
    sync = new ChildService({
      name: "postern sync",
      file: process.execPath,
      args: [POSTERN, ...args, "--watch"],
      env: { POSTERN_TOKEN_FOLDER: tokens },
      logFile: join(bed.folder, "sync.log"),
    });
    try {
      await eventually(`${RENEWALS} renewals`, async () => {
        for (const capability of await bed.capabilities()) seen.add(capability);
        return seen.size > RENEWALS || undefined;
      });
    } finally {
      await sync.stop();
    }
    await admissions.judged(25);
  });
  const log = sync?.log() ?? "";
  expect({ failures, log: failures.length > 0 ? log : "" }).toEqual({ failures: [], log: "" });
  expect(judged).toBeGreaterThanOrEqual(50);
  for (const capability of seen) {
    expect(log).not.toContain(capability);
    // None of them has ended, so each of them was right at any time.
    expect(await post(urlWith(capability))).toBe("200 true");
  }
  expect(Object.keys(await acceptedCallers(bed.metricsPort))).toEqual(["capability"]);
});

it("postern sync --once renews a capability that is due with a token of its ServiceAccount, and keeps the new one", async () => {
  const due = await agedCapability(await agedToken());
  await bed.registerWith(due);
  const token = await requestToken(bed.cluster, SYNC_ACCOUNT, { audiences: [`${bed.gate.url}/token`] });
  const files = await syncFiles("once", { token });
  const renewed = await runOnce(files);
  expect(renewed).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^renew the capability[\s\S]*\nswitch-url[\s\S]*\nin step: nothing to write\n$/),
    stderr: "",
  });
  const fresh = await bed.capabilities();
  expect([fresh.length, fresh[0] === due]).toEqual([1, false]);
  expect(await runOnce(files)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/in step: nothing to write\n$/),
  });
  expect(await bed.capabilities()).toEqual(fresh);
});
