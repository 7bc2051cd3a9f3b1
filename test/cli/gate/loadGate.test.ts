import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { loadGate } from "../../../src/cli/gate/loadGate.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());
const GATE = 'import { defineGate, policy } from "postern";\n';

async function faultOf(path: string): Promise<string> {
  const error: unknown = await loadGate(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw new Error(`expected a CliError, got ${String(error)}`);
  expect(error.code).toBe("bad-gate");
  return error.message.replaceAll(relative(process.cwd(), folder.path), ".").replaceAll(folder.path, ".");
}

describe("loadGate", () => {
  it("loads TypeScript or JavaScript with imports of postern and of other files", async () => {
    folder.write("names.ts", "export const label: string = 'team';\n");
    folder.write("data.json", '{"prod": {"identity": "none"}}');
    const path = folder.write(
      "good.ts",
      `${GATE}import { denyLabels, requireLabels } from "postern/policies";
import { createGate } from "postern/gate";
import { label } from "./names.ts";
import clusters from "./data.json";
if (typeof createGate !== "function" || typeof require !== "function") throw new Error("not as promised");
export default defineGate({
  policies: [denyLabels(), requireLabels(), policy({ name: label, match: { resources: ["pods"] }, validate: () => {} })],
  clusters,
});
`,
    );
    const gate = await loadGate(path);
    expect(gate.policies.map(({ name }) => name)).toEqual(["deny-labels", "require-labels", "team"]);
    expect(gate.clusters).toEqual({ prod: { identity: "none" } });
  });

  it("reads the file again on each call", async () => {
    const path = folder.write(
      "changing.js",
      `${GATE}export default defineGate({ policies: [], clusters: { one: { identity: 'none' } } });\n`,
    );
    expect((await loadGate(path)).clusters).toEqual({ one: { identity: "none" } });
    folder.write(
      "changing.js",
      `${GATE}export default defineGate({ policies: [], clusters: { two: { identity: 'none' } } });\n`,
    );
    expect((await loadGate(path)).clusters).toEqual({ two: { identity: "none" } });
  });
});

describe("loadGate throws bad-gate with the place of the fault for a file that", () => {
  it.each<[what: string, text: string, fault: string]>([
    [
      "does not compile",
      `${GATE}export default defineGate({ policies: [, clusters: {} });\n`,
      './gate.ts:2:50: Expected "]" but found ":"',
    ],
    [
      "imports a missing module",
      'import a from "no-such-package";\nimport b from "./b.ts";\nexport default [a, b];\n',
      './gate.ts:1:15: Could not resolve "no-such-package"\n./gate.ts:2:15: Could not resolve "./b.ts"',
    ],
    [
      "throws while loading",
      'function make(): never {\n  throw new Error("no luck");\n}\nexport default make();\n',
      "./gate.ts:2:9: no luck",
    ],
    ["throws a string", 'throw "words";\n', "./gate.ts: words"],
    ["throws in an imported file", 'import "./throws.ts";\n', "./throws.ts:2:7: deep down"],
    [
      "has no default export",
      "export const gate = 1;\n",
      './gate.ts: its default export is not a gate; write "export default defineGate({...})"',
    ],
    [
      "exports something else",
      "export default { policies: [] };\n",
      './gate.ts: its default export is not a gate; write "export default defineGate({...})"',
    ],
    [
      "exports an invalid gate without defineGate",
      "export default { policies: [1], clusters: {}, entries: {}, conversions: [] };\n",
      "./gate.ts: gate: policies[0] is not a policy; create it with policy({...})",
    ],
    [
      "defines an invalid gate",
      `${GATE}export default defineGate({\n  policies: [],\n  clusters: { A: { identity: 'none' } },\n});\n`,
      "./gate.ts:2:16: gate: clusters.A is not a cluster name: expected lower-case letters, digits, '-' and '.'",
    ],
    [
      "defines an invalid policy",
      `${GATE}policy({ name: "X", match: { resources: ["pods"] }, validate: () => {} });\n`,
      "./gate.ts:2:1: policy \"X\": name is not a DNS label: lower-case letters, digits and '-', at most 63",
    ],
    ["is empty", "", './gate.ts: its default export is not a gate; write "export default defineGate({...})"'],
  ])("%s", async (_what, text, fault) => {
    folder.write("throws.ts", '\nthrow new Error("deep down");\n');
    expect(await faultOf(folder.write("gate.ts", text))).toBe(fault);
  });

  it("does not exist or is a folder", async () => {
    expect(await faultOf(`${folder.path}/missing.ts`)).toBe("./missing.ts: does not exist");
    expect(await faultOf(folder.path)).toBe(".: is a folder; name the file that exports the gate");
  });
});

it("loadGate removes its temporary files", async () => {
  const path = folder.write(
    "once.ts",
    `${GATE}const isInside = import.meta.url.includes("/temporary/postern-gate-");
export default defineGate({ name: isInside ? "inside" : "outside", policies: [], clusters: {} });\n`,
  );
  folder.write("temporary/kept", "");
  // A separate folder, because other suites load gates at the same time.
  vi.stubEnv("TMPDIR", join(folder.path, "temporary"));
  try {
    expect((await loadGate(path)).name).toBe("inside");
    expect(readdirSync(join(folder.path, "temporary"))).toEqual(["kept"]);
  } finally {
    vi.unstubAllEnvs();
  }
});
