import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { INSTALL_DEFAULTS, MANIFEST_CONFIG } from "../../../src/cli/install/config/installDefaults.ts";
import { overDefaults } from "../../../src/cli/install/config/overDefaults.ts";
import { installObjects } from "../../../src/cli/install/installObjects.ts";
import { scopeOf } from "../../../src/cli/install/source/derivedValues.ts";
import { kubectlTags } from "../../../src/cli/manifests/kubectlTags.ts";
import { registrationYaml } from "../../../src/cli/render/registrationYaml.ts";
import { runPostern } from "../../cli/runPostern.ts";
import { clusterBinary } from "../../cluster/build/clusterBinary.ts";
import { helmBinary } from "../../cluster/build/helmBinary.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { installConfigs } from "./installConfigs.ts";

const run = promisify(execFile);
const CHART = fileURLToPath(new URL("../../../infra/helm", import.meta.url));
const KUBERNETES = fileURLToPath(new URL("../../../infra/kubernetes", import.meta.url));
const MAX_OUTPUT = { maxBuffer: 16 * 1024 * 1024 };

let folder: string;
let helm: string;
let cluster: string;
let certificate: string;
beforeAll(async () => {
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  [helm, cluster] = [await helmBinary(progress), await clusterBinary(progress)];
  folder = await mkdtemp(join(tmpdir(), "postern-install-"));
  certificate = (await TestCa.create("clients")).cert;
});
afterAll(() => rm(folder, { recursive: true }));

/** Objects by kind, namespace and name: in which order they come is not compared. */
function objectsOf(text: string): Record<string, unknown> {
  const all = parseAllDocuments(text, { version: "1.1", customTags: kubectlTags })
    .map((document) => document.toJS())
    .filter((object) => object !== null);
  const named = all.map((object) => [
    `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`,
    object,
  ]);
  const byName = Object.fromEntries(named);
  expect(Object.keys(byName)).toHaveLength(all.length);
  return byName;
}

async function install(file: string, ...more: readonly string[]): Promise<string> {
  const { code, out, err } = await runPostern(["install", "--config", file, ...more]);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  return out;
}

async function templated(file: string): Promise<string> {
  const args = ["template", "postern", CHART, "--kube-version", "1.37", "-f", file];
  return (await run(helm, args, MAX_OUTPUT)).stdout;
}

async function built(overlay: string): Promise<string> {
  return (await run(cluster, ["kubectl", "kustomize", overlay], MAX_OUTPUT)).stdout;
}

describe("without patches, the shipped manifests are what postern install prints for the config of the manifests with", () => {
  it.each<[string, readonly string[], Record<string, unknown>?]>([
    ["sync", ["base"]],
    ["watch", ["base", "components/watch"]],
    ["sync gate", ["base", "components/gate", "components/issuer-ca"]],
    [
      "watch gate rollout",
      ["base", "components/watch", "components/gate", "components/issuer-acme-http01", "components/rollout"],
      { issuer: { kind: "acme-http01" } },
    ],
    ["sync gate", ["base", "components/gate", "components/issuer-acme-dns01"], { issuer: { kind: "acme-dns01" } }],
    ["watch", ["base", "components/watch", "components/capability"], { capability: { enabled: true } }],
    [
      "sync",
      ["base", "components/capability", "components/pinned-images"],
      { capability: { enabled: true }, pinnedImages: true },
    ],
    ["tls-sidecar", ["components/tls-sidecar"]],
  ])("%s: %j", async (components, folders, more = {}) => {
    const overlay = await mkdtemp(join(folder, "plain-"));
    const [base, ...others] = folders.map((it) => relative(overlay, join(KUBERNETES, it)));
    const isBase = folders[0] === "base";
    const kustomization = isBase ? { resources: [base], components: others } : { components: [base] };
    await writeFile(join(overlay, "kustomization.yaml"), stringify(kustomization));
    const config = overDefaults(overDefaults(INSTALL_DEFAULTS, MANIFEST_CONFIG), {
      ...more,
      components: components.split(" "),
    });
    const objects = installObjects(scopeOf(config));
    // A component cannot add a line to the text of the base.
    const text = registrationYaml(objects, []).replace(/^ *capability: .*\n/m, "");
    expect(objectsOf(await built(overlay))).toEqual(objectsOf(text));
  });
});

it("helm template and postern install give the same objects for mixed configs, or postern install refuses the config", async () => {
  const all = Object.values(installConfigs(certificate)).map((it): Record<string, unknown> => ({ ...it }));
  const keys = [...new Set(all.flatMap(Object.keys))];
  const place = fc.constantFrom(
    ...["gate.example.com", "gate.example.com:443/x", "a.example:6443", "a.example:*", "[2001:db8::1]:443", "[::1]:*"],
    ...[
      "[2001:db8::1]:9443/x/y",
      "[2001:db8::1]/x",
      "2001:db8::2",
      "::1",
      "10.0.0.1",
      "10.0.0.1:1/b",
      "x/y",
      "[fd00::1]",
    ],
  );
  // Each key has the value of one of the configs, or none.
  const mixed = fc.record({
    keys: fc.array(fc.nat(all.length - 1), { minLength: keys.length, maxLength: keys.length }),
    hosts: fc.array(place, { minLength: 1, maxLength: 3 }),
  });
  let compared = 0;
  const file = join(folder, "mixed.yaml");
  const property = fc.asyncProperty(mixed, async ({ keys: of, hosts }) => {
    const parts = keys.map((key, index) => [key, all[of[index] ?? 0]?.[key]] as const);
    const config = {
      ...installConfigs(certificate)["the sync alone"],
      ...Object.fromEntries(parts.filter(([, it]) => it !== undefined)),
      hosts,
    };
    await writeFile(file, stringify({ ...config, url: undefined, pinnedImages: false }, { version: "1.1" }));
    const { code, out, err } = await runPostern(["install", "--config", file]);
    if (code !== 0) {
      expect(err).toMatch(/^postern: \S+mixed\.yaml:\d+: /);
      return;
    }
    compared += 1;
    expect(objectsOf(await templated(file))).toEqual(objectsOf(out));
  });
  await fc.assert(property, { numRuns: 20, endOnFailure: true });
  expect(compared).toBeGreaterThan(3);
});

describe("helm refuses, as postern install does,", () => {
  it.each<[string, object]>([
    ["an unknown key", { gaet: "x" }],
    ["an unknown key below another one", { images: { postren: "a:1" } }],
    ["no cluster", { cluster: null }],
    ["an image without a tag", { images: { postern: "registry.example.com/postern" } }],
    [
      "an ACME Issuer for an address",
      { components: ["gate"], address: "10.0.0.1", issuer: { kind: "acme-http01", email: "a@b.c" } },
    ],
    ["two forms of the sync", { components: ["sync", "watch"] }],
    ["a capability without its tier", { components: ["sync", "gate"], capability: { enabled: true } }],
    ["a host in upper case", { hosts: ["GATE.example.com"] }],
    ["a host with a line break, which would be two", { hosts: ["gate.example.com\nevil.example.com"] }],
    ["an IPv6 host with a base and without brackets", { hosts: ["2001:db8::2/base"] }],
    ["a schedule with a line break", { schedule: "* * * * *\n" }],
    ["a tag where digests are pinned", { pinnedImages: true }],
    ["an RBAC name that is none", { crds: ["*"] }],
    ["too many replicas", { replicas: { gate: 1000 } }],
    ["a url in another spelling", { url: "https://gate.example.com:443/" }],
    ["an image in upper case", { images: { postern: "registry.example.com/Team/postern:1" } }],
    ["a key of a label that is none", { pods: { labels: { "bad key!": "a" } } }],
    ["a mistyped key of a variable", { env: { sync: [{ nmae: "A" }] } }],
    [
      "the class of a load balancer without one",
      { components: ["gate"], images: { gate: "g:1" }, service: { loadBalancerClass: "a/b" } },
    ],
  ])("%s", async (_, change) => {
    const place = await mkdtemp(join(folder, "refused-"));
    const file = join(place, "postern.yaml");
    const sync = installConfigs(certificate)["the sync alone"];
    await writeFile(file, stringify({ ...sync, ...change }, { version: "1.1" }));
    const { code, out, err } = await runPostern(["install", "--config", file]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^postern: \S+postern\.yaml:\d+: /);
    await expect(templated(file)).rejects.toThrow(/values don't meet the specifications of the schema|execution error/);
  });
});

it("helm lint has nothing to say about the chart with a config", async () => {
  const file = join(folder, "lint.yaml");
  await writeFile(file, stringify(installConfigs(certificate)["everything with a Deployment"]));
  const { stdout } = await run(helm, ["lint", CHART, "--strict", "-f", file, "--kube-version", "1.37"], MAX_OUTPUT);
  expect(stdout).toContain("1 chart(s) linted, 0 chart(s) failed");
});

describe("helm template, kustomize build and postern install give the same objects with", () => {
  const names = Object.keys(installConfigs(""));

  it.each(names)("%s", async (name) => {
    const place = join(folder, `config-${names.indexOf(name)}`);
    await mkdir(place);
    const file = join(place, "postern.yaml");
    await writeFile(file, stringify(installConfigs(certificate)[name], { version: "1.1" }));
    const installed = objectsOf(await install(file));
    expect(objectsOf(await templated(file))).toEqual(installed);
    const overlay = join(place, "overlay");
    await install(file, "--kustomize", "--manifests", relative(overlay, KUBERNETES), "--out", overlay);
    expect(objectsOf(await built(overlay))).toEqual(installed);
  });
});
