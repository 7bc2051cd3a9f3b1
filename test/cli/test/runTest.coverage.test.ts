import { afterAll, describe, expect, it } from "vitest";
import { oneCase, POD, TableFolder, TEAM_POD, TEST_GATE } from "./TableFolder.ts";

const folder = new TableFolder();
afterAll(() => folder.remove());

/** The coverage of each policy, by its name. */
async function coverage(table: string): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const { out } = await folder.run(table, "--coverage", "--output", "json");
  const lines = out
    .trim()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  return new Map(lines.filter(({ result }) => result === "coverage").map((it) => [String(it.policy), it]));
}

/** Cases with these fields, one for each. */
function cases(...all: readonly (readonly string[])[]): string {
  return `cases:\n${all
    .map((fields, index) =>
      oneCase(...fields)
        .replace("cases:\n", "")
        .replace("name: one", `name: case ${index}`),
    )
    .join("")}`;
}

const service = (namespace: string, labels: string, type = "ClusterIP"): string =>
  `manifest: { apiVersion: v1, kind: Service, metadata: { name: web, namespace: ${namespace}, labels: ${labels} }, spec: { type: ${type} } }`;

describe("postern test --coverage", () => {
  it("counts the cases of each policy, and finds the verdicts that are missing", async () => {
    const found = await coverage(cases(["policy: team", `manifest: ${POD}`, "expect: denied"]));
    expect(found.get("team")).toMatchObject({ gate: "gate.ts", cases: 1, hasFault: true, hasPass: false });
    expect(found.get("stamp")).toMatchObject({ cases: 0, hasFault: false, hasPass: false });
    expect(found.size).toBe(8);
  });

  it("finds the resources, operations and excluded namespaces that no case touches", async () => {
    const both = ["policy: team", `manifest: ${TEAM_POD}`, "expect: allowed"];
    expect((await coverage(cases(both))).get("team")?.untouched).toEqual([
      "resource pods/ephemeralcontainers (ephemeralContainers)",
      "resource pods/resize (resize)",
      "resource deployments.apps (podTemplates)",
      "resource statefulsets.apps (podTemplates)",
      "resource daemonsets.apps (podTemplates)",
      "resource replicasets.apps (podTemplates)",
      "resource jobs.batch (podTemplates)",
      "resource cronjobs.batch (podTemplates)",
      "resource replicationcontrollers (podTemplates)",
      "resource podtemplates (podTemplates)",
      "operation UPDATE",
      "namespaces.exclude kube-*",
    ]);
    const more = await coverage(
      cases(
        both,
        [...both, "operation: UPDATE"],
        ["policy: team", `manifest: ${POD}`, "namespace: kube-system", "expect: not judged"],
        [
          "policy: team",
          "manifest: { apiVersion: batch/v1, kind: CronJob, metadata: { name: a }, spec: { jobTemplate: { spec: { template: { metadata: {}, spec: { containers: [] } } } } } }",
          "expect: denied",
        ],
      ),
    );
    expect(more.get("team")).toMatchObject({ cases: 3, hasFault: true, hasPass: true });
    expect(more.get("team")?.untouched).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/cronjobs|UPDATE|kube-/)]),
    );
  });

  it.each<[what: string, left: string, fields: string[]]>([
    ["the values of a label", "label tier=db", ["policy: labelled", service("lab", "{ tier: db }"), "expect: allowed"]],
    [
      "the patterns of namespaces",
      "namespaces.include shop-*",
      ["policy: labelled", service("shop-a", "{ tier: web }"), "expect: allowed"],
    ],
    [
      "a namespace outside",
      "a namespace that namespaces.include leaves out",
      ["policy: labelled", service("other", "{ tier: web }"), "expect: not judged"],
    ],
    [
      "labels outside",
      "labels that the selector leaves out",
      ["policy: labelled", service("lab", "{ tier: x }"), "expect: not judged"],
    ],
    [
      "an operation",
      "operation UPDATE",
      ["policy: labelled", service("lab", "{ tier: web }"), "operation: UPDATE", "expect: allowed"],
    ],
  ])("finds that no case touches %s, until one does", async (_, left, fields) => {
    const first = ["policy: labelled", service("lab", "{ tier: web }"), "expect: allowed"];
    expect((await coverage(cases(first))).get("labelled")?.untouched).toContain(left);
    expect((await coverage(cases(first, fields))).get("labelled")?.untouched).not.toContain(left);
  });

  it("finds a branch of a match that was planted", async () => {
    const whole = cases(
      ["policy: labelled", service("lab", "{ tier: web }"), "expect: allowed"],
      ["policy: labelled", service("shop-a", "{ tier: db }", "LoadBalancer"), "operation: UPDATE", "expect: denied"],
      ["policy: labelled", service("other", "{ tier: web }"), "expect: not judged"],
      ["policy: labelled", service("lab", "{ tier: x }"), "expect: not judged"],
    );
    expect((await coverage(whole)).get("labelled")).toMatchObject({ hasFault: true, hasPass: true, untouched: [] });
    folder.write(
      "planted.ts",
      TEST_GATE.replace(
        'resources: ["services"],\n    apiGroups: [""],',
        'resources: ["services", "endpoints"],\n    operations: ["CREATE", "UPDATE", "DELETE"],',
      ),
    );
    const planted = await coverage(`gate: planted.ts\n${whole}`);
    expect(planted.get("labelled")?.untouched).toEqual(["resource endpoints", "operation DELETE"]);
  });

  it("finds the validations that found no fault", async () => {
    const host = POD.replace("spec: {", "spec: { hostNetwork: true,");
    const port = POD.replace('"web:1"', '"web:1", ports: [{ hostPort: 80 }]');
    const allowed = ["policy: ports", `manifest: ${POD}`, "expect: allowed"];
    const first = ["policy: ports", `manifest: ${host}`, "expect: denied"];
    const second = ["policy: ports", `manifest: ${port}`, "expect: denied"];
    const silent = async (...all: string[][]) => (await coverage(cases(...all))).get("ports")?.silent;
    expect(await silent(allowed)).toEqual(["spec.hostNetwork", "containers[].ports[].hostPort"]);
    expect(await silent(allowed, first)).toEqual(["containers[].ports[].hostPort"]);
    expect(await silent(first, second)).toEqual([]);
  });

  it("prints it for people in 80 columns", async () => {
    const { out, code } = await folder.run(
      cases(
        ["policy: ports", `manifest: ${POD}`, "expect: allowed"],
        ["policy: no-latest", `manifest: ${POD}`, "expect: allowed"],
      ),
      "--coverage",
    );
    expect(code).toBe(0);
    expect(out).toContain(`coverage    gate.ts
no case     team  0 cases
`);
    expect(out).toContain(`part        ports  1 case
            no case is denied, warned or changed
            found no fault: spec.hostNetwork, containers[].ports[].hostPort
`);
    expect(out).toContain("\n2 of 8 policies have a case\n2 passed, 0 failed\n");
    expect(Math.max(...out.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
