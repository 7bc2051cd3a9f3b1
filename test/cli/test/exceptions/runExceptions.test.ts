import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { ExceptionDefinition } from "../../../../src/policy/define/PolicyException.ts";
import { runPostern } from "../../runPostern.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-exceptions-"));
afterAll(() => rmSync(folder, { recursive: true }));
const src = fileURLToPath(new URL("../../../../src", import.meta.url));
const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

const base = { policy: "disallow-privileged", until: inDays(100), reason: "vendor", owner: "team-a" };

const pod = (name: string, image: string, privileged: boolean): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "legacy" },
    spec: { containers: [{ name: "a", image, securityContext: { privileged } }] },
  });
const manifests = join(folder, "pods.yaml");
writeFileSync(manifests, [pod("agent", "agent:1", true), pod("web", "web:1", false)].join("\n---\n"));

let gates = 0;
async function run(exceptions: readonly Partial<ExceptionDefinition>[], ...args: string[]) {
  gates += 1;
  const file = join(folder, `gate${gates}.ts`);
  writeFileSync(
    file,
    `import { defineGate } from ${JSON.stringify(`${src}/index.ts`)};
import { disallowPrivileged } from ${JSON.stringify(`${src}/policies/index.ts`)};
export default defineGate({
  policies: [disallowPrivileged()],
  exceptions: ${JSON.stringify(exceptions.map((one) => ({ ...base, ...one })))},
  clusters: { prod: { identity: "none" }, dev: { identity: "none", mode: "audit" } },
});
`,
  );
  return runPostern(["test", "--gate", file, ...args, "--exceptions", manifests]);
}

it.each<[what: string, exception: Partial<ExceptionDefinition>, code: number, text: readonly string[]]>([
  [
    "that an object needs",
    { names: ["agent"] },
    0,
    ["needed      disallow-privileged  in prod, dev: names agent", "Pod legacy/agent", "1 exception: 1 needed"],
  ],
  [
    "that one object needs and another does not",
    { namespaces: ["legacy"] },
    0,
    ["needed ", "1 more that it is for do not need it"],
  ],
  ["for an image", { images: ["agent:1"] }, 0, ["needed ", "images agent:1"]],
  ["for a user", { subjects: ["system:serviceaccount:ci:*"], names: ["agent"] }, 0, ["needed ", "Pod legacy/agent"]],
  [
    "of one cluster",
    { clusters: ["dev"], names: ["agent"] },
    0,
    ["needed      disallow-privileged  in dev: names agent"],
  ],
  ["that ends soon", { names: ["agent"], until: inDays(3) }, 0, ["needed ", "it ends within 14 days"]],
  [
    "that no object needs",
    { names: ["web"] },
    1,
    ["not needed  disallow-privileged", "breaks the policy: remove it from the gate", "1 exception: 1 not needed"],
  ],
  ["for no object", { names: ["other"] }, 0, ["no object   disallow-privileged", "1 exception: 1 for no object"]],
  [
    "that has ended",
    { names: ["agent"], until: "2020-01-01" },
    1,
    ["ended       disallow-privileged", "1 exception: 1 ended"],
  ],
])("postern test --exceptions says of an exception %s what it does", async (_what, exception, code, text) => {
  const { out, err, code: exit } = await run([exception]);
  expect({ err, exit }).toEqual({ err: "", exit: code });
  for (const part of text) expect(out).toContain(part);
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
});

it("postern test --exceptions tries each exception alone, so that no other one hides it", async () => {
  const { out } = await run([{ names: ["agent"] }, { namespaces: ["legacy"], owner: "team-b" }]);
  expect(out).toContain("2 exceptions: 2 needed");
});

it("postern test --exceptions --output json is a line for each exception", async () => {
  const { out, code } = await run([{ names: ["agent"] }, { names: ["web"] }], "--output", "json");
  expect(code).toBe(1);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      ...base,
      names: ["agent"],
      clusters: ["prod", "dev"],
      result: "needed",
      ending: false,
      objects: [{ file: manifests, line: 1, kind: "Pod", namespace: "legacy", name: "agent" }],
      others: 0,
    },
    { ...base, names: ["web"], clusters: ["prod", "dev"], result: "not needed", ending: false, objects: [], others: 1 },
  ]);
});

it("postern test --exceptions says that a gate has none", async () => {
  expect((await run([])).out).toBe("0 exceptions\n");
});

it.each<[what: string, args: string[], fault: string]>([
  ["tables", ["."], "--exceptions judges manifests only: leave out the tables"],
  ["the output junit", ["--output", "junit"], "--exceptions has the output text or json, not junit"],
  ["an unknown cluster", ["--cluster", "other"], 'the gate has no cluster "other"; it has prod, dev'],
])("postern test --exceptions refuses %s", async (_what, args, fault) => {
  const { err, code } = await run([{ names: ["agent"] }], ...args);
  expect({ err, code }).toEqual({ err: expect.stringContaining(fault), code: 2 });
});

it("postern test --exceptions names the object of a policy that fails, once for all clusters", async () => {
  const broken = join(folder, "broken.json");
  const spec = { containers: ["web"] };
  writeFileSync(
    broken,
    JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "agent", namespace: "legacy" }, spec }),
  );
  const { err } = await run([{ names: ["agent"] }], "--exceptions", broken);
  expect(err.split("a policy failed")).toHaveLength(2);
  expect(err).toContain(
    `postern: ${broken}:1: a policy failed: disallow-privileged: PodError: spec.containers[0] is not`,
  );
});
