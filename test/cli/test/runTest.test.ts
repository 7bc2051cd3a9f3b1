import { readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { insideFolder } from "../insideFolder.ts";
import { runPostern } from "../runPostern.ts";
import { CONFIG_MAP, oneCase, POD, TableFolder, TEAM_POD, TEST_GATE } from "./TableFolder.ts";

const folder = new TableFolder();
afterAll(() => folder.remove());

const DEPLOYMENT =
  "{ apiVersion: apps/v1, kind: Deployment, metadata: { name: a }, spec: { replicas: 5, template: { metadata: {}, spec: { containers: [] } } } }";
const STAMPED = "patch: [{ op: add, path: /metadata/annotations, value: { stamped: 'yes' } }]";

describe("postern test passes", () => {
  it.each<[what: string, fields: string[]]>([
    ["a denial", ["policy: team", `manifest: ${POD}`, "expect: denied"]],
    ["a denial with a text", ["policy: team", `manifest: ${POD}`, "expect: denied", "message: has no team"]],
    [
      "a denial with a pattern",
      ["policy: team", `manifest: ${POD}`, "expect: denied", "message: /^METADATA\\.labels .* team$/i"],
    ],
    ["an object that is allowed", ["policy: team", `manifest: ${TEAM_POD}`, "expect: allowed"]],
    [
      "a warning",
      [
        "policy: team",
        `manifest: ${TEAM_POD.replace("team: shop", "team: old")}`,
        "expect: warned",
        "message: going away",
      ],
    ],
    [
      "a denial in a cluster with the mode warn",
      ["policy: team", "cluster: soft", `manifest: ${POD}`, "expect: warned", "message: no team"],
    ],
    [
      "a denial in a cluster with the mode enforce",
      ["policy: team", "cluster: strict", `manifest: ${POD}`, "expect: denied"],
    ],
    [
      "parameters of a cluster",
      ["policy: sized", "cluster: strict", `manifest: ${DEPLOYMENT}`, "expect: denied", "message: more than 3"],
    ],
    ["parameters of another cluster", ["policy: sized", "cluster: soft", `manifest: ${DEPLOYMENT}`, "expect: allowed"]],
    [
      "a Pod template",
      ["policy: team", `manifest: ${DEPLOYMENT}`, "expect: denied", "message: spec.template.metadata.labels"],
    ],
    ["a user", ["policy: team", `manifest: ${POD}`, "user: { username: bot, groups: [robots] }", "expect: allowed"]],
    [
      "a namespace that the match leaves out",
      ["policy: team", `manifest: ${POD}`, "namespace: kube-system", "expect: not judged"],
    ],
    ["a change", ["policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: changed"]],
    ["a patch", ["policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: changed", STAMPED]],
    [
      "no change",
      [
        "policy: stamp",
        `manifest: ${CONFIG_MAP.replace("name: a", "name: a, annotations: { stamped: no }").replace("no }", "'no' }")}`,
        "expect: unchanged",
      ],
    ],
    [
      "an old object without the fault",
      [
        "policy: sized",
        "cluster: strict",
        `manifest: ${DEPLOYMENT}`,
        `old: ${DEPLOYMENT.replace("replicas: 5", "replicas: 2")}`,
        "expect: denied",
        "message: was 2",
      ],
    ],
    ["an old object with the same fault", ["policy: team", `manifest: ${POD}`, `old: ${POD}`, "expect: warned"]],
    ["a file", ["policy: team", "manifest: objects/pod.yaml", "expect: denied"]],
    ["a captured review", ["policy: no-latest", "review: objects/review.json", "expect: allowed"]],
    [
      "what other policies deny",
      ["policy: team", `manifest: ${TEAM_POD.replace("web:1", "web:latest")}`, "expect: allowed"],
    ],
  ])("%s", async (_, fields) => {
    folder.write("objects/pod.yaml", `${POD}\n`);
    folder.write("objects/review.json", readReview("validate-v1-create-pods-2"));
    const ran = await folder.run(oneCase(...fields));
    expect(ran).toEqual({ code: 0, out: "passed      a.test.yaml  1 case\n1 passed, 0 failed\n", err: "" });
  });

  it("a case at a time, when the stages and exceptions of its cluster depend on it", async () => {
    folder.write(
      "staged.ts",
      TEST_GATE.replace(
        "  clusters: {",
        `  stages: [{ policies: ["team"], clusters: ["soft"], mode: "enforce", since: "2030-01-01" }],
  exceptions: [{ policy: "no-latest", clusters: ["strict"], until: "2030-01-01", reason: "a migration", owner: "shop" }],
  clusters: {`,
      ),
    );
    const one = (name: string, ...fields: string[]) => `  - { name: ${name}, ${fields.join(", ")} }\n`;
    const latest = POD.replace("web:1", "web:latest");
    const table = `gate: staged.ts\ncases:\n${[
      one(
        "before the stage",
        "policy: team",
        "cluster: soft",
        'at: "2029-12-31T23:59:59Z"',
        `manifest: ${POD}`,
        "expect: allowed",
      ),
      one("in the stage", "policy: team", "cluster: soft", "at: 2030-01-01", `manifest: ${POD}`, "expect: denied"),
      one(
        "excepted",
        "policy: no-latest",
        "cluster: strict",
        "at: 2029-01-01",
        `manifest: ${latest}`,
        "expect: allowed",
      ),
      one(
        "no longer",
        "policy: no-latest",
        "cluster: strict",
        "at: 2030-01-01",
        `manifest: ${latest}`,
        "expect: denied",
      ),
      one("alone", "policy: no-latest", `manifest: ${latest}`, "expect: denied"),
    ].join("")}`;
    expect(await folder.run(table)).toEqual({
      code: 0,
      out: "passed      a.test.yaml  5 cases\n5 passed, 0 failed\n",
      err: "",
    });
  });

  it("a custom resource whose plural a definition in crds has", async () => {
    folder.write(
      "flocks.yaml",
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: flocks.example.com }\nspec: { group: example.com, scope: Namespaced, names: { kind: Sheep, plural: flocks }, versions: [{ name: v1, served: true }] }\n",
    );
    folder.write(
      "flocks.ts",
      'import { defineGate, deny, policy } from "postern";\nexport default defineGate({ policies: [policy({ name: "no-flocks", match: { resources: ["flocks"], apiGroups: ["example.com"] }, validate: () => deny("no flocks") })], clusters: {} });\n',
    );
    const sheep = "{ apiVersion: example.com/v1, kind: Sheep, metadata: { name: dolly } }";
    folder.write("sheep.yaml", `${sheep}\n`);
    const table = `gate: flocks.ts\npolicy: no-flocks\ncrds: [flocks.yaml]\ncases:\n  - { name: inline, manifest: ${sheep}, expect: denied }\n  - { name: file, manifest: sheep.yaml, expect: denied }\n`;
    expect(await folder.run(table)).toMatchObject({ code: 0, out: expect.stringContaining("2 passed, 0 failed") });
    expect((await folder.run(table.replace("crds: [flocks.yaml]\n", ""))).out).toContain("0 passed, 2 failed");
  });
});

describe("postern test fails", () => {
  it.each<[what: string, fields: string[], because: string]>([
    [
      "an allowed object that is denied",
      ["policy: team", `manifest: ${POD}`, "expect: allowed"],
      "because   team denied it",
    ],
    [
      "a denied object that is allowed",
      ["policy: team", `manifest: ${TEAM_POD}`, "expect: denied"],
      "because   team said nothing",
    ],
    [
      "an allowed object that is changed",
      ["policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: allowed"],
      "because   stamp changed the object; write expect: changed",
    ],
    [
      "an unchanged object that is changed",
      ["policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: unchanged"],
      "because   stamp changed the object",
    ],
    [
      "a denial that is a warning in its cluster",
      ["policy: team", "cluster: soft", `manifest: ${POD}`, "expect: denied"],
      "because   team warned, and did not deny",
    ],
  ])("%s", async (_, fields, because) => {
    const { code, out, err } = await folder.run(oneCase(...fields));
    expect([code, err]).toEqual([1, ""]);
    expect(out).toContain(because);
  });
});

describe("postern test shows", () => {
  it("what was expected, what came, each finding with its path, and the difference", async () => {
    const { out } = await folder.run(
      oneCase("policy: team", `manifest: ${POD}`, "expect: denied", "message: has no owner"),
    );
    expect(out).toBe(`failed      a.test.yaml:2  one
            policy    team
            expected  denied, with the message has no owner
            came      denied
            because   no message of team contains the text
            deny      metadata.labels has no team
            - has no owner
            + metadata.labels has no team
0 passed, 1 failed
`);
  });

  it("the difference of patches in 80 columns, and all of it in JSON", async () => {
    const long = "x".repeat(100);
    const table = oneCase(
      "policy: stamp",
      `manifest: ${CONFIG_MAP}`,
      "expect: changed",
      `patch: [{ op: add, path: /metadata/annotations, value: { stamped: ${long} } }]`,
    );
    const { out } = await folder.run(table);
    expect(out).toContain(
      "\n                path: /metadata/annotations\n                value:\n            -     stamped: xxxx",
    );
    expect(out).toContain('\n            +     stamped: "yes"\n');
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBe(80);
    const json = JSON.parse((await folder.run(table, "--output", "json")).out);
    expect(json.compare.expected[0].value.stamped).toBe(long);
    expect(json.patch).toEqual([{ op: "add", path: "/metadata/annotations", value: { stamped: "yes" } }]);
  });

  it("each case with --verbose, and colours only on a terminal", async () => {
    const table = oneCase("policy: team", `manifest: ${TEAM_POD}`, "expect: allowed");
    expect((await folder.run(table, "--verbose")).out).toBe("passed      a.test.yaml:2  one\n1 passed, 0 failed\n");
    folder.write("a.test.yaml", table);
    expect((await folder.test(["a.test.yaml"], { isTTY: true })).out).toContain("\u001b[32mpassed");
    expect((await folder.test(["a.test.yaml"], { isTTY: true, env: { NO_COLOR: "1" } })).out).not.toContain("\u001b");
  });

  it("no value of a Secret", async () => {
    const secret = "{ apiVersion: v1, kind: Secret, metadata: { name: a }, stringData: { key: hunter22 } }";
    const table = oneCase("policy: stamp", `manifest: ${secret}`, "expect: changed", "patch: []");
    for (const output of ["text", "json", "junit"]) {
      const { out, code } = await folder.run(table, "--output", output);
      expect(code).toBe(1);
      expect(out).not.toContain("hunter22");
    }
  });

  it("text of tables and policies without controls", async () => {
    const { out } = await folder.run(oneCase('policy: "te\\u001b[2Jam"', `manifest: ${POD}`, "expect: denied"));
    expect(out).not.toContain("\u001b");
    expect(out).toContain("te\\u001b[2Jam");
  });
});

describe("postern test finds", () => {
  const table = oneCase("policy: team", `manifest: ${TEAM_POD}`, "expect: allowed");
  const inside = (...args: string[]) => insideFolder(folder.path, () => runPostern(["test", ...args]));

  it("tables below folders, without hidden ones, node_modules and what .posternignore names", async () => {
    for (const name of [
      "t/a.test.yaml",
      "t/b/c.test.yml",
      "t/.d/e.test.yaml",
      "t/node_modules/f.test.yaml",
      "t/g/h.test.yaml",
      "t/other.yaml",
    ])
      folder.write(name, table);
    folder.write("t/.posternignore", "g/\n");
    expect((await folder.test(["t"])).out).toBe(
      "passed      t/a.test.yaml  1 case\npassed      t/b/c.test.yml  1 case\n2 passed, 0 failed\n",
    );
  });

  it("the gate of a table, of --gate, or of the project", async () => {
    folder.write("own/a.test.yaml", `gate: ../gate.ts\n${table}`);
    expect(await inside("own")).toMatchObject({ code: 0 });
    folder.write("own/a.test.yaml", table);
    expect(await inside("own")).toMatchObject({ code: 0 });
    renameSync(join(folder.path, "gate.ts"), join(folder.path, "mine.ts"));
    expect(await inside("own")).toEqual({
      code: 2,
      out: "",
      err: "postern: no gate: neither functions/gate.ts nor gate.ts exists; name a gate with --gate FILE\n",
    });
    folder.write("functions/gate.ts", 'export { default } from "../mine.ts";\n');
    expect(await inside("own")).toMatchObject({ code: 0 });
    rmSync(join(folder.path, "functions"), { recursive: true });
    renameSync(join(folder.path, "mine.ts"), join(folder.path, "gate.ts"));
  });

  it("files of other tools, which it skips and counts, and refuses when they are named", async () => {
    folder.write("mixed/rules.test.yaml", "rule_files: [a.yaml]\nevaluation_interval: 1m\ntests: []\n");
    expect(await folder.test(["mixed"])).toMatchObject({
      code: 2,
      out: expect.stringContaining("0 passed, 0 failed\n1 file is no table of cases"),
    });
    folder.write("mixed/a.test.yaml", table);
    expect(await folder.test(["mixed", "--verbose"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("skipped     mixed/rules.test.yaml  no table\n1 passed, 0 failed\n"),
    });
    expect(await folder.test(["mixed/rules.test.yaml"])).toMatchObject({
      code: 2,
      out: expect.stringContaining("is no table: it has neither cases"),
    });
  });

  it("no table, and does not exit with 0", async () => {
    folder.write("none/pod.yaml", POD);
    for (const path of ["none", "no-such-folder"]) {
      const { code, out } = await folder.test([path]);
      expect(code).toBe(2);
      expect(out).toMatch(
        /^broken {6}no(?:ne: has no table of tests; a table is a file NAME\.test\.yaml|-such-folder: does not exist)\n0 passed, 0 failed, 1 could not be run\n$/,
      );
    }
  });

  it("the other cases and tables when one cannot be used", async () => {
    folder.write("some/a.test.yaml", "cases: 5\n");
    folder.write("some/b.test.yaml", `${table}  - { name: two, policy: team, expect: denied }\n`);
    const { code, out } = await folder.test(["some"]);
    expect(code).toBe(2);
    expect(out).toMatch(/^broken .*a\.test\.yaml:1.*\npassed .*b\.test\.yaml {2}1 case\nbroken .*b\.test\.yaml:6/);
  });

  it("the cluster of --cluster for cases that name none", async () => {
    folder.write("a.test.yaml", oneCase("policy: team", `manifest: ${POD}`, "expect: warned"));
    expect((await folder.test(["a.test.yaml", "--cluster", "soft"])).code).toBe(0);
    expect((await folder.test(["a.test.yaml"])).code).toBe(1);
  });

  it("tables that postern review does not take for manifests", async () => {
    folder.write(
      "both/a.test.yaml",
      oneCase(
        "policy: team",
        "manifest:",
        "  apiVersion: v1",
        "  kind: Pod",
        "  metadata: { name: a }",
        "expect: denied",
      ),
    );
    const ran = await insideFolder(folder.path, () =>
      runPostern(["review", "--gate", "gate.ts", "--cluster", "strict", "both"]),
    );
    expect(ran).toEqual({
      code: 0,
      out: "0 objects, 0 allowed, 0 denied\n1 file is not a manifest (--verbose lists them)\n",
      err: "",
    });
  });
});

describe("postern test --update", () => {
  it("writes the patches, and leaves the rest of the file as it is", async () => {
    const before = `# A table.
policy: stamp # of all
cases:
    - name:   "first"   # with odd blanks
      manifest: {apiVersion: v1,   kind: ConfigMap, metadata: {name: a}}
      expect: changed # by the mutator

    # Before the second.
    - patch:
      - op: remove
        path: /metadata/labels
      name: second
      manifest: ${CONFIG_MAP}
      expect: changed
    - {name: third, manifest: ${CONFIG_MAP}, expect: changed}
    - {name: fourth, expect: unchanged, manifest: {apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {stamped: "on"}}}}
# The end.
`;
    const patch = '{ op: add, path: /metadata/annotations, value: {"stamped":"yes"} }';
    const path = folder.write("u.test.yaml", before);
    expect(await folder.test(["u.test.yaml", "--update"])).toEqual({
      code: 0,
      out: "passed      u.test.yaml  4 cases\n4 passed, 0 failed, 3 patches written\n",
      err: "",
    });
    const after = readFileSync(path, "utf8");
    expect(after).toBe(
      before
        .replace("# by the mutator\n", `# by the mutator\n      patch:\n        - ${patch}\n`)
        .replace("patch:\n      - op: remove\n        path: /metadata/labels\n", `patch:\n        - ${patch}\n`)
        .replace("expect: changed}", `expect: changed, patch: [${patch}]}`),
    );
    expect(await folder.test(["u.test.yaml", "--update"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("4 passed, 0 failed\n"),
    });
    expect(readFileSync(path, "utf8")).toBe(after);
  });

  it("keeps the mode of the file and a link to it", async () => {
    const table = oneCase("policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: changed");
    const path = folder.write("real/a.test.yaml", table);
    folder.link("link.test.yaml", path);
    const { mode } = statSync(path);
    expect((await folder.test(["link.test.yaml", "--update"])).out).toContain("1 patch written");
    expect(readFileSync(path, "utf8")).toContain("patch:");
    expect(statSync(path).mode).toBe(mode);
    expect(readFileSync(join(folder.path, "link.test.yaml"), "utf8")).toBe(readFileSync(path, "utf8"));
  });

  it("writes no patch of a Secret, and none of a case that fails", async () => {
    const secret = "{ apiVersion: v1, kind: Secret, metadata: { name: a }, stringData: { key: hunter22 } }";
    const table = oneCase("policy: stamp", `manifest: ${secret}`, "expect: changed", "patch: []");
    const ran = await folder.run(table, "--update");
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining("because   the patch is another one") });
    expect(readFileSync(join(folder.path, "a.test.yaml"), "utf8")).toBe(table);
    const same = oneCase("policy: stamp", `manifest: ${CONFIG_MAP}`, "operation: DELETE", "expect: changed");
    expect(await folder.run(same, "--update")).toMatchObject({ code: 1 });
    expect(readFileSync(join(folder.path, "a.test.yaml"), "utf8")).toBe(same);
  });
});
