import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { bundleFunction, type FunctionName } from "../../infra/bundleFunction.ts";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { madeGateBundle } from "../run/gateBundle.ts";

const PACKAGES = ["canonicalize", "hono", "jose", "mutative"];

/** Workers allows 3 MB; a smaller script starts faster. */
describe.each<[name: FunctionName, packages: readonly string[], maxGzippedBytes: number]>([
  ["worker", PACKAGES, 83 * 1024],
  // A recorded decision names its caller, and the schema of records is checked with zod at run time.
  ["workerRecords", [...PACKAGES, "zod"], 103_000],
])("the edge bundle of functions/%s.ts", async (name, packages, maxGzippedBytes) => {
  const { text, metafile } = await madeGateBundle(name);

  it("is one file that imports nothing", () => {
    const [output] = Object.values(metafile.outputs);
    expect(output?.imports).toEqual([]);
    expect(text).not.toMatch(/["']node:|\brequire\(/);
    expect(text).not.toContain("process.env");
  });

  it("holds only packages that run at the edge", () => {
    const bundled = Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );
    expect([...new Set(bundled)].sort()).toEqual(packages);
  });

  const bytes = gzippedBytes(text);
  it(`has ${bytes} bytes gzipped, at most ${maxGzippedBytes}`, () => {
    expect(bytes).toBeLessThanOrEqual(maxGzippedBytes);
  });
});

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const CORE = ["src/identity/IdentitySettingsError.ts", "src/identity/Identity.ts", "src/identity/identify.ts"];

/** A gate pays only for the tiers that it lists. Capabilities are issued for a token, which the verifier of `jwt` checks. */
describe.each<[tiers: string, ofTier: readonly string[], without: readonly string[]]>([
  ["", [], []],
  ["jwt()", ["jwt", "jwt/keys"], []],
  ["capability()", ["capability", "jwt", "jwt/keys"], ["jwt.ts", "readJwtSettings.ts", "VerifiedTokens.ts"]],
  ["clientCertificate()", ["certificate"], []],
  ["jwt(), capability(), clientCertificate()", ["capability", "certificate", "jwt", "jwt/keys"], []],
])("the worker of a gate with the tiers [%s]", async (tiers, ofTier, without) => {
  const { text, bundle } = await bundleFunction("worker", gateWith(tiers));
  const modules = Object.values(bundle.metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 && path.startsWith("src/identity/") ? [path] : []));
  const ofTiers = modules.filter((path) => !CORE.includes(path));

  it(`has modules of these folders and files only, and ${gzippedBytes(text)} bytes gzipped`, () => {
    const found = ofTiers.map((path) => /^src\/identity\/(.*?)(?:\/[^/]*)?$/.exec(path)?.[1]);
    expect([...new Set(found)].sort()).toEqual(ofTier);
    expect(ofTiers.filter((path) => without.includes(path.slice(path.lastIndexOf("/") + 1)))).toEqual([]);
    // A gate without a tier and a policy is the least that a worker can be.
    if (tiers === "") expect(gzippedBytes(text)).toBeLessThanOrEqual(76 * 1024);
  });
});

/** A gate pays only for the policies that it lists. The budgets are in bytes gzipped, beyond a gate without a policy. */
describe.each<[policies: string, maxMore: number, ofLibrary: readonly string[]]>([
  // Most of it runs the conditions of any validator.
  ["denyLabels()", 6_000, ["labels"]],
  [
    'podSecurity({ level: "restricted" })',
    12 * 1024,
    ["pod-security", "pod-security/baseline", "pod-security/restricted"],
  ],
])("the worker of a gate with the policy %s", async (policies, maxMore, ofLibrary) => {
  const [{ text: bare }, { text, bundle }] = [
    await bundleFunction("worker", gateWith("")),
    await bundleFunction("worker", gateWith("", policies)),
  ];
  const more = gzippedBytes(text) - gzippedBytes(bare);

  it(`has only its folders of the library, and ${more} bytes more, at most ${maxMore}`, () => {
    const folders = Object.values(bundle.metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .flatMap(([path, { bytesInOutput }]) =>
        bytesInOutput > 0 ? (/^src\/policies\/(.+)\/[^/]+$/.exec(path)?.[1] ?? []) : [],
      );
    expect([...new Set(folders)].sort()).toEqual(ofLibrary);
    expect(more).toBeLessThanOrEqual(maxMore);
  });
});

describe("the worker of a gate with everything", async () => {
  const { text } = await bundleFunction("worker", gateWith("jwt(), capability(), clientCertificate()", "...all"));
  const bytes = gzippedBytes(text);

  it(`has ${bytes} bytes gzipped, at most ${150 * 1024}`, () => {
    expect(bytes).toBeLessThanOrEqual(150 * 1024);
  });
});

/** The path of a gate that imports as users do. `all` is every export of the library, so that nothing is left out. */
function gateWith(tiers: string, policies = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "postern-tiers-"));
  folders.push(folder);
  const from = (path: string): string => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
  const file = join(folder, "gate.ts");
  writeFileSync(
    file,
    `import { capability, clientCertificate, jwt } from ${from("../../src/identity/index.ts")};
import { defineGate } from ${from("../../src/index.ts")};
${policies === "...all" ? `import * as library from ${from("../../src/policies/index.ts")};\nconst all = Object.values(library) as never[];` : ""}
${policies === "" || policies === "...all" ? "" : `import { ${policies.replace(/\(.*/, "")} } from ${from("../../src/policies/index.ts")};`}
export default defineGate({ policies: [${policies}], tiers: [${tiers}], clusters: async () => undefined });
`,
  );
  return file;
}

function gzippedBytes(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

it("postern dev uses the compatibility date of wrangler.toml", () => {
  expect(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")).toContain(
    `compatibility_date = "${COMPATIBILITY_DATE}"`,
  );
});
