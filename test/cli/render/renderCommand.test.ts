import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import manifest from "../../../package.json" with { type: "json" };
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const README_GATE = fixture("gates/readmeGate.ts");
const AT = ["--url", "https://gate.example.com/"];
/** The gates here have no tiers, which is a warning at other hosts. */
const HERE = ["--url", "https://localhost"];

let folder: InputFolder;
let ca: string;
beforeAll(async () => {
  folder = new InputFolder();
  ca = (await selfSignedPair()).cert;
});
afterAll(() => folder.remove());

let gates = 0;
/** A gate file; `rest` are more members of its definition. */
function gate(policies: string, rest = "clusters: { prod: { identity: 'none' } }"): string {
  const text = `import { conversion, defineGate, policy } from "postern";
const on = (name, match, more = { validate: () => undefined }) => policy({ name, match, ...more });
export default defineGate({ policies: [${policies}], ${rest} });\n`;
  gates += 1;
  return folder.write(`gate-${gates}.ts`, text);
}
const render = (file: string, ...args: string[]) =>
  runPostern(["render", "--gate", file, "--cluster", "prod", ...AT, ...args]);
const PODS = 'on("p", { resources: ["pods"] })';

describe("postern render", () => {
  it("prints the stored registrations of the README gate, byte for byte", async () => {
    const { code, out, err } = await runPostern(["render", "--gate", README_GATE, "--cluster", "production", ...AT]);
    expect([code, err]).toEqual([0, expect.stringMatching(/^postern: warning: [^\n]* \(identity-none\)\n$/)]);
    const stored = readFileSync(fixture("registrations/readmeGate.yaml"), "utf8");
    // The stored file keeps the version that wrote it.
    expect(out).toBe(stored.replaceAll('postern.dev/version: "0.1.0"', `postern.dev/version: "${manifest.version}"`));
    expect((await runPostern(["render", "--gate", README_GATE, "--cluster", "production", ...AT])).out).toBe(out);
  });

  it("prints the same objects as one List with --output json", async () => {
    const args = ["render", "--gate", README_GATE, "--cluster", "production", ...AT];
    const { out } = await runPostern([...args, "--output", "json"]);
    const { apiVersion, kind, items } = JSON.parse(out);
    const documents = parseAllDocuments((await runPostern(args)).out).map((document) => document.toJS());
    expect([apiVersion, kind, items]).toEqual(["v1", "List", documents]);
  });

  it("prints how to apply the output and what GitOps tools must ignore", async () => {
    const { out } = await render(gate(PODS));
    expect(out).toMatch(/^# Registrations of the gate postern for the cluster prod\./);
    expect(out).toContain("#   kubectl apply --server-side --field-manager=postern -f -\n");
    expect(out).toMatch(/^# {3}Argo CD +ignoreDifferences .*$/m);
    expect(out).toMatch(/^# {3}Flux +spec\.ignore .*$/m);
  });

  it("sets caBundle only with --ca, to PEM in base64", async () => {
    const file = gate(
      PODS,
      'conversions: [conversion({ group: "a.b", kind: "C", versions: ["v1"], hub: "v1", convert: {} })], clusters: { prod: { identity: "none" } }',
    );
    expect((await render(file, "--output", "json")).out).not.toContain("caBundle");
    const { out } = await render(file, "--output", "json", "--ca", folder.write("ca.pem", `# mine\n${ca}`));
    const bundles = [...out.matchAll(/"caBundle": "([^"]+)"/g)].map(([, bundle = ""]) =>
      Buffer.from(bundle, "base64").toString(),
    );
    // The canaries, the registration and the CustomResourceDefinition.
    expect(bundles).toEqual(Array(4).fill(`${ca.trim()}\n`));
  });

  it("uses the cluster lookup of the gate", async () => {
    const lookup = 'clusters: async (name) => (name === "prod" ? { identity: "none", mode: "audit" } : undefined)';
    const { code, out } = await render(gate(PODS, lookup));
    expect(code).toBe(0);
    expect(out).toContain("failurePolicy: Ignore\n");
  });
});

describe("postern render exits with 2, prints one line and no registrations", () => {
  it.each<[name: string, args: () => string[], fault: string]>([
    ["an unknown cluster", () => ["--cluster", "stage"], 'the gate has no cluster "stage"; it has prod'],
    ["a URL with http", () => ["--url", "http://gate"], "--url must be https: the API server calls only https"],
    ["a missing CA file", () => ["--ca", "no.pem"], "--ca: no.pem: does not exist"],
    ["a missing sample", () => ["--sample", "no.yaml"], "no.yaml: does not exist"],
    ["a missing gate", () => ["--gate", "no.ts"], "no.ts: does not exist"],
  ])("for %s", async (_name, args, fault) => {
    expect(await render(gate(PODS), ...HERE, ...args())).toEqual({ code: 2, out: "", err: `postern: ${fault}\n` });
  });

  it.each<[name: string, lookup: string, fault: string]>([
    ["does not know the cluster", "async () => undefined", 'the gate has no cluster "prod"'],
    [
      "fails",
      'async () => { throw new Error("KV is\\ndown"); }',
      'the gate could not look up the cluster "prod": KV is\\ndown',
    ],
    [
      "does not answer in time",
      "() => new Promise(() => {})",
      'the gate could not look up the cluster "prod": no answer within 3000 ms',
    ],
    [
      "returns an invalid cluster",
      'async () => ({ mode: "x" })',
      'the gate could not look up the cluster "prod": gate: clusters.prod.mode: expected "enforce" or "warn" or "audit"',
    ],
  ])("for a lookup that %s", async (_name, lookup, fault) => {
    expect(await render(gate(PODS, `clusters: ${lookup}`), ...HERE)).toEqual({
      code: 2,
      out: "",
      err: `postern: ${fault}\n`,
    });
  });

  it("for a registration that the API server would refuse", async () => {
    const conditions = 'Array.from({ length: 64 }, (_, index) => ({ name: "c" + index, expression: "true" }))';
    const file = gate(
      PODS,
      `entries: { default: { matchConditions: ${conditions} } }, clusters: { prod: { identity: 'none' } }`,
    );
    const { code, out, err } = await render(file, ...HERE);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^postern: error: entries\.default has 66 matchConditions .* \(too-many-match-conditions\)\n$/);
  });
});

describe("lints of postern render", () => {
  const SECRETS = 'on("s", { resources: ["secrets"] })';

  it("are lines on standard error", async () => {
    const { code, out, err } = await render(gate(SECRETS), ...HERE);
    expect([code, err]).toEqual([
      0,
      "postern: warning: policies.s is called for Secrets; their values leave the cluster (secrets-leave-cluster)\n",
    ]);
    expect(out).toContain("resources: [secrets]");
  });

  it("are JSON objects with --output json", async () => {
    const { err } = await render(gate(SECRETS), "--output", "json", ...HERE);
    expect(JSON.parse(err)).toEqual({
      code: "secrets-leave-cluster",
      severity: "warning",
      place: "policies.s",
      message: "is called for Secrets; their values leave the cluster",
    });
  });

  it("depend on --nodes", async () => {
    const everything = gate('on("e", { apiGroups: ["*"], resources: ["*"] })');
    expect((await render(everything, "--nodes", "1000")).err).toContain(
      "about 1,800,000 calls a day with 1000 nodes, about $23 a month on Workers or $13 on Lambda",
    );
  });

  it("depend on the manifests of --sample", async () => {
    const mutate = "{ mutate: (draft) => { draft.spec.size = (draft.spec.size ?? 0) + 1; } }";
    const file = gate(
      `on("m", { apiGroups: ["example.com"], apiVersions: ["v1"], resources: ["widgets"] }, ${mutate})`,
    );
    const sample = folder.write(
      "widget.yaml",
      "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {}\n",
    );
    expect((await render(file, ...HERE)).err).toBe("");
    expect((await render(file, "--sample", sample, ...HERE)).err).toBe(
      `postern: warning: policies.m is not idempotent: called again with its own result for ${sample}:1 it patches [{"op":"replace","path":"/spec/size","value":2}] (mutator-not-idempotent)\n`,
    );
  });
});
