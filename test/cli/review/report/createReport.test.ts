import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { pod, ReportBed } from "./ReportBed.ts";

const bed = new ReportBed();
afterAll(() => bed.folder.remove());

/** What Helm and Kustomize print: several documents, comments with sources, a part that is empty, and a List. */
const RENDERED = `---
# Source: shop/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata:
  name: token
---
# Source: shop/templates/empty.yaml
---
# Source: shop/templates/pods.yaml
apiVersion: v1
kind: PodList
items:
- metadata: { name: web, annotations: { "no": "no way" } }
  spec: { containers: [] }
`;
const CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "flocks.example.com" },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { kind: "Sheep", plural: "flocks" },
    versions: [{ name: "v1", served: true }],
  },
};
const SHEEP = { apiVersion: "example.com/v1", kind: "Sheep", metadata: { name: "dolly" } };
const NOT_JUDGED = "Secret default/token: not judged: no policy was asked";
const FLOCK = "Sheep dolly: flocks are not admitted";

describe.each([
  ["sarif", `"level":"note","message":{"text":"${NOT_JUDGED}"}`, `"level":"error","message":{"text":"${FLOCK}"}`],
  [
    "junit",
    `<skipped type="not judged" message="${NOT_JUDGED}">`,
    '<failure type="no-flocks" message="flocks are not admitted">',
  ],
  [
    "github",
    `::notice file=(standard input),line=3,title=not judged::${NOT_JUDGED}`,
    `::error file=crds/sheep.json,line=1,title=no-flocks::${FLOCK}`,
  ],
  [
    "gitlab",
    `"description":"${NOT_JUDGED}","check_name":"not-judged"`,
    `"description":"${FLOCK}","check_name":"no-flocks"`,
  ],
  ["json", '"result":"not judged","allowed":null', '"result":"denied","allowed":false'],
  ["text", "not judged  Secret default/token", "denied      Sheep dolly"],
])("postern review --output %s", (output, unjudged, denied) => {
  it("says of the output of Helm and Kustomize on standard input what is not judged, and never that it is allowed", async () => {
    const { code, out } = await bed.run(output, ["-"], { stdin: RENDERED });
    expect(code).toBe(1);
    expect(out).toContain(unjudged);
    expect(out).toContain("no way");
    expect(out).not.toMatch(/"allowed":true[^\n]*token|allowed +Secret/);
  });

  it("reads a CustomResourceDefinition beside its objects, after them too", async () => {
    bed.write("crds/sheep.json", SHEEP);
    bed.write("crds/z-crd.json", CRD);
    const { code, out } = await bed.run(output, ["crds"]);
    expect(code).toBe(1);
    expect(out).toContain(denied);
  });
});

describe("postern review of many files", () => {
  it("shows a bar on a terminal, and nothing elsewhere", async () => {
    for (let index = 0; index < 400; index += 1) bed.write(`many/${index}.json`, pod(`p${index}`));
    const quiet = await bed.run("json", ["many"]);
    expect(quiet.err).toBe("");
    const { err, out } = await bed.run("json", ["many"], { isTTY: true });
    expect(out).toBe(quiet.out);
    // What is shown is removed at the end.
    if (err !== "") expect(err).toMatch(/^(?:\r\[[#.]{30}\] [\d,]+ of 400 files *\r +\r)+$/);
  });

  it("has the same report for files that are read twice as for files that stay in memory", async () => {
    const args = [bed.write("one.json", pod("a", { no: "x" })), bed.write("two.json", pod("b"))];
    const { out } = await bed.run("json", args);
    const text = args.map((name) => readFileSync(`${bed.folder.path}/${name}`, "utf8")).join("\n");
    const whole = await bed.run("json", ["-"], { stdin: text });
    expect(whole.out.replaceAll(/"file":"[^"]*","line":\d+/g, "")).toBe(
      out.replaceAll(/"file":"[^"]*","line":\d+/g, ""),
    );
  });
});
