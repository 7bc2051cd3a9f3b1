import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownModules } from "../../../src/cli/gate/ownModules.ts";
import { patience } from "../../run/speedFactor.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
});
afterEach(() => folder.remove());

const postern = (...args: string[]): Promise<Ran> => insideFolder(folder.path, () => runPostern(args));
const read = (name: string): string => readFileSync(join(folder.path, name), "utf8");

describe("postern new policy", () => {
  it("makes a policy, its table and a gate in an empty folder, and its tests are green", async () => {
    expect(await postern("new", "policy", "require-team")).toEqual({
      code: 0,
      out: `written     policies/require-team.ts
written     policies/require-team.test.yaml
written     functions/gate.ts
next        postern test policies/require-team.test.yaml
`,
      err: "",
    });
    expect(await postern("test")).toEqual({
      code: 0,
      out: "passed      policies/require-team.test.yaml  3 cases\n3 passed, 0 failed\n",
      err: "",
    });
    folder.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n");
    expect((await postern("review", "pod.yaml")).out).toContain("warning require-team: metadata.labels has no team");
  });

  it.each(["define-gate", "policy", "a--b"])("makes a gate that loads for the policy %s", async (name) => {
    await postern("new", "policy", "a-b", "--gate", "gate.ts");
    expect(await postern("new", "policy", name, "--gate", "gate.ts")).toMatchObject({
      code: 0,
      out: expect.stringContaining("changed     gate.ts"),
    });
    expect(await postern("test")).toMatchObject({ code: 0, out: expect.stringContaining("6 passed, 0 failed") });
  });

  it("finds a policy in a folder whose name begins with a dot", async () => {
    expect((await postern("new", "policy", "a", "--gate", "gate.ts", "--dir", ".policies")).code).toBe(0);
    expect(await postern("test", ".policies")).toMatchObject({ code: 0 });
  });

  it("adds the policy to the gate, and prints the difference", async () => {
    await postern("new", "policy", "first", "--gate", "gate.ts");
    const { code, out } = await postern("new", "policy", "second-one", "--gate", "gate.ts", "--dir", "more/policies");
    expect([code, out]).toEqual([
      0,
      `written     more/policies/second-one.ts
written     more/policies/second-one.test.yaml
changed     gate.ts
            +import { secondOne } from "./more/policies/second-one.ts";
            -  policies: [first],
            +  policies: [first, secondOne],
next        postern test more/policies/second-one.test.yaml
`,
    ]);
    expect(read("more/policies/second-one.test.yaml")).toContain('gate: "../../gate.ts"\n');
    expect(await postern("test")).toMatchObject({ code: 0, out: expect.stringContaining("6 passed, 0 failed") });
  });

  it(
    "makes a policy and a gate that pass the type check",
    async () => {
      // Inside node_modules, so that TypeScript finds the installed packages.
      const types = join(ROOT, "node_modules/.cache", `postern-new-${process.pid}`);
      mkdirSync(types, { recursive: true });
      try {
        await insideFolder(types, () => runPostern(["new", "policy", "delete"]));
        const paths = Object.fromEntries(Object.entries(ownModules()).map(([name, file]) => [name, [file]]));
        const options = { paths, noUnusedLocals: true, typeRoots: [join(ROOT, "node_modules/@types")] };
        const config = { extends: join(ROOT, "tsconfig.json"), compilerOptions: options, include: ["**/*.ts"] };
        writeFileSync(join(types, "tsconfig.json"), JSON.stringify(config));
        const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
        const faults = await promisify(execFile)(process.execPath, [tsc, "-p", types, "--pretty", "false"]).then(
          () => "",
          ({ stdout }: { stdout?: string }) => stdout ?? "it did not run",
        );
        expect(faults).toBe("");
      } finally {
        rmSync(types, { recursive: true, force: true });
      }
    },
    patience(60_000),
  );

  it.each<[what: string, gate: string]>([
    [
      "has its policies elsewhere",
      'import { defineGate } from "postern";\nconst policies = [];\nexport default defineGate({ policies, clusters: {} });\n',
    ],
    [
      "is made by another function",
      'import { defineGate } from "postern";\nconst make = (policies) => defineGate({ policies: policies.concat([]), clusters: {} });\nexport default make([]);\n',
    ],
    [
      "exports another gate than it defines",
      'import { defineGate } from "postern";\nconst inner = defineGate({ policies: [], clusters: {} });\nexport default { ...inner, policies: [] };\n',
    ],
  ])("prints the lines for a gate that %s, and does not change it", async (_, gate) => {
    folder.write("gate.ts", gate);
    const { code, out } = await postern("new", "policy", "require-team", "--gate", "gate.ts");
    expect(code).toBe(0);
    expect(out).toContain(`to do       gate.ts is not changed: add two lines to it
            import { requireTeam } from "./policies/require-team.ts";
            requireTeam, in the list of policies
`);
    expect(read("gate.ts")).toBe(gate);
  });

  it("takes another name in a gate that uses the name for something else", async () => {
    folder.write(
      "gate.ts",
      'import { defineGate } from "postern";\nconst requireTeam = 1;\nexport default defineGate({ policies: [], clusters: {} });\nexport { requireTeam };\n',
    );
    expect(await postern("new", "policy", "require-team", "--gate", "gate.ts")).toMatchObject({ code: 0 });
    expect(read("gate.ts")).toContain("policies: [requireTeamPolicy]");
    expect(read("policies/require-team.ts")).toContain("export const requireTeamPolicy");
  });

  it("never overwrites a file", async () => {
    folder.write("policies/there.test.yaml", "mine");
    expect(await postern("new", "policy", "there")).toEqual({
      code: 2,
      out: "",
      err: "postern: policies/there.test.yaml: is there already; choose another name, or another --dir\n",
    });
    expect(read("policies/there.test.yaml")).toBe("mine");
    expect(() => read("policies/there.ts")).toThrow(/ENOENT/);
  });

  it("adds a policy to the gate.ts of a project without functions/gate.ts", async () => {
    await postern("new", "policy", "first", "--gate", "gate.ts");
    expect(await postern("new", "policy", "second")).toMatchObject({ code: 0, err: "" });
    expect(read("gate.ts")).toContain("second");
    expect(() => read("functions/gate.ts")).toThrow(/ENOENT/);
  });

  it("keeps the mode of the gate", async () => {
    await postern("new", "policy", "first");
    const gate = join(folder.path, "functions/gate.ts");
    const { mode } = statSync(gate);
    await postern("new", "policy", "second");
    expect(statSync(gate).mode).toBe(mode);
  });

  it.each<[args: string[], err: string]>([
    [
      ["Require_Team"],
      `"Require_Team" is no name of a policy: lower-case letters, digits and '-', at most 63 characters, such as require-team`,
    ],
    [["a", "--dir", ""], "--dir: an empty path was given"],
    [
      ["a", "--gate", "broken.ts"],
      'broken.ts: its default export is not a gate; write "export default defineGate({...})"',
    ],
    [["first"], "functions/gate.ts: has a policy first already; choose another name"],
  ])("refuses %j", async (args, err) => {
    folder.write("broken.ts", "export default 1;\n");
    await postern("new", "policy", "first", "--dir", "elsewhere");
    expect(await postern("new", "policy", ...args)).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });
});
