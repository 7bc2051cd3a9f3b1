import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_MAP, oneCase, POD, TableFolder, TEAM_POD } from "./TableFolder.ts";

const folder = new TableFolder();
afterAll(() => folder.remove());

beforeEach(() => {
  folder.write("two.yaml", `---\n${POD}\n---\n${POD.replaceAll("web", "other")}\n`);
  folder.write("pod.yaml", `${POD}\n`);
  folder.write("empty.yaml", "# nothing\n");
  folder.write("broken-gate.ts", "export default 1;\n");
  folder.write("captured.json", "{}");
});

const manifest = `manifest: ${POD}`;
const service = (namespace: string, labels: string): string =>
  `manifest: { apiVersion: v1, kind: Service, metadata: { name: web, namespace: ${namespace}, labels: ${labels} } }`;

/** What is broken, the table, the exit code, and what the output says in one line. */
const BROKEN: readonly (readonly [what: string, table: string, code: number, says: string])[] = [
  // What a table says wrongly: exit code 2.
  [
    "an unknown policy",
    oneCase("policy: taem", manifest, "expect: denied"),
    2,
    'a.test.yaml:3: policy: "taem" is no policy of gate.ts; did you mean team?',
  ],
  [
    "no policy",
    oneCase(manifest, "expect: denied"),
    2,
    "a.test.yaml:2: policy is missing: write the name of the policy here, or for the whole table",
  ],
  [
    "a typo in a field of the table",
    `polcy: team\n${oneCase(manifest, "expect: denied")}`,
    2,
    'a.test.yaml:1: "polcy" is no field of a table; did you mean policy?',
  ],
  [
    "a typo in a field of a case",
    oneCase("policy: team", manifest, "exepct: denied"),
    2,
    'a.test.yaml:5: "exepct" is no field of a case; did you mean expect?',
  ],
  [
    "a typo in a field of the user",
    oneCase("policy: team", manifest, "expect: denied", "user: { usrname: jane }"),
    2,
    'a.test.yaml:6: "usrname" is no field of user; did you mean username?',
  ],
  [
    "an unknown expectation",
    oneCase("policy: team", manifest, "expect: deny"),
    2,
    'a.test.yaml:5: expect is "deny"; did you mean denied?',
  ],
  [
    "no expectation",
    oneCase("policy: team", manifest),
    2,
    "a.test.yaml:2: expect is missing; one of allowed, denied, warned, changed, unchanged, not judged",
  ],
  [
    "a pattern that matches everything",
    oneCase("policy: team", manifest, "expect: denied", "message: /.*/"),
    2,
    'a.test.yaml:6: message: "/.*/" matches every message; write words of the message, or leave it out',
  ],
  [
    "an empty text",
    oneCase("policy: team", manifest, "expect: denied", 'message: ""'),
    2,
    'a.test.yaml:6: message: "" matches every message; write words of the message, or leave it out',
  ],
  [
    "a pattern that has no linear time",
    oneCase("policy: team", manifest, "expect: denied", "message: /(a)\\1/"),
    2,
    'a.test.yaml:6: message: "/(a)\\\\1/" has \\1, and backreferences like this are not supported: they have no linear time',
  ],
  [
    "a pattern that is not an expression",
    oneCase("policy: team", manifest, "expect: denied", "message: /a)(b/"),
    2,
    'a.test.yaml:6: message: "/a)(b/" is not a regular expression:',
  ],
  [
    "both a manifest and a review",
    oneCase("policy: team", manifest, "review: captured.json", "expect: denied"),
    2,
    "a.test.yaml:5: review: manifest and review exclude each other; leave one out",
  ],
  [
    "neither a manifest nor a review",
    oneCase("policy: team", "expect: denied"),
    2,
    "a.test.yaml:2: manifest is missing: the object that comes in, or review with an AdmissionReview",
  ],
  [
    "a missing file",
    oneCase("policy: team", "manifest: no-such.yaml", "expect: denied"),
    2,
    "a.test.yaml:4: manifest: no-such.yaml: does not exist",
  ],
  [
    "a file with two objects",
    oneCase("policy: team", "manifest: two.yaml", "expect: denied"),
    2,
    "a.test.yaml:4: manifest: two.yaml has 2 objects, in the lines 2, 4; a case is about one: make a file of each",
  ],
  [
    "a file without an object",
    oneCase("policy: team", "manifest: empty.yaml", "expect: denied"),
    2,
    "a.test.yaml:4: manifest: empty.yaml has no object; a case needs one",
  ],
  [
    "an object without a kind",
    oneCase("policy: team", "manifest: { apiVersion: v1, metadata: { name: a } }", "expect: denied"),
    2,
    "a.test.yaml:4: manifest: has no kind; every object needs apiVersion and kind",
  ],
  [
    "a manifest as review",
    oneCase("policy: team", "review: pod.yaml", "expect: denied"),
    2,
    "a.test.yaml:4: review: pod.yaml has no AdmissionReview; name it with manifest",
  ],
  [
    "an unknown cluster",
    oneCase("policy: team", "cluster: strikt", manifest, "expect: denied"),
    2,
    'a.test.yaml:4: cluster: the gate has no cluster "strikt"; it has strict, soft',
  ],
  [
    "no parameters for a policy that needs them",
    oneCase(
      "policy: sized",
      "manifest: { apiVersion: apps/v1, kind: Deployment, metadata: { name: a } }",
      "expect: allowed",
    ),
    2,
    "a.test.yaml:3: policy: sized needs parameters (max is missing); name a cluster that has them: cluster: NAME",
  ],
  [
    "two cases with one name",
    `policy: team\n${oneCase(manifest, "expect: denied")}${oneCase(manifest, "expect: denied").replace("cases:\n", "")}`,
    2,
    "a.test.yaml:6: name: the case in line 3 has the same name; give each its own",
  ],
  ["an empty table", "", 2, "a.test.yaml: is empty; a table has the field cases, a list"],
  ["no cases", "policy: team\ncases: []\n", 2, "a.test.yaml:2: has no cases; a table without one tests nothing"],
  ["cases that are no list", "cases: { name: one }\n", 2, "a.test.yaml:1: cases is a map; expected a list"],
  ["a case that is no map", "cases:\n  - one\n", 2, "a.test.yaml:2: the case is a string; expected a map"],
  [
    "expect: changed for a validator",
    oneCase("policy: team", manifest, "expect: changed"),
    2,
    "a.test.yaml:5: expect: is changed, and team is no mutator; write denied, warned or allowed",
  ],
  [
    "a patch for a validator",
    oneCase("policy: team", manifest, "expect: denied", "patch: [{ op: remove, path: /a }]"),
    2,
    "a.test.yaml:6: patch: is for expect: changed; denied has no patch",
  ],
  [
    "a message with expect: allowed",
    oneCase("policy: team", `manifest: ${TEAM_POD}`, "expect: allowed", "message: team"),
    2,
    "a.test.yaml:6: message: is for expect: denied and warned; allowed has no message",
  ],
  [
    "an old object of a CREATE",
    oneCase("policy: team", manifest, `old: ${POD}`, "operation: CREATE", "expect: denied"),
    2,
    "a.test.yaml:5: old: an object that is created has no old object; leave out old, or the operation",
  ],
  [
    "an old object of another name",
    oneCase("policy: team", manifest, `old: ${POD.replaceAll("web", "other")}`, "expect: denied"),
    2,
    "a.test.yaml:5: old: is Pod default/other, and the manifest is Pod default/web; an update has the same object before and after",
  ],
  [
    "another namespace than that of the manifest",
    oneCase(
      "policy: team",
      `manifest: ${POD.replace("name: web", "name: web, namespace: shop")}`,
      "namespace: lab",
      "expect: denied",
    ),
    2,
    "a.test.yaml:5: namespace: the manifest is in the namespace shop; leave out one of the two",
  ],
  [
    "a time without a zone",
    oneCase("policy: team", "cluster: soft", "at: 2026-12-01T09:00:00", manifest, "expect: denied"),
    2,
    "a.test.yaml:5: at: expected a date, or a time with its zone, such as 2026-12-01 or 2026-12-01T09:00:00+01:00",
  ],
  [
    "YAML that is not closed",
    'cases: [{ name: "one }]\n',
    2,
    "a.test.yaml:1: cases[0].name: the quote that opens here is not closed",
  ],
  [
    "a key that occurs twice",
    oneCase("policy: team", "policy: team", manifest, "expect: denied"),
    2,
    'a.test.yaml:4: cases[0]: the key "policy" occurs twice; the first is in line 3',
  ],
  [
    "a gate that does not load",
    `gate: broken-gate.ts\n${oneCase("policy: team", manifest, "expect: denied")}`,
    2,
    'a.test.yaml:1: gate: broken-gate.ts: its default export is not a gate; write "export default defineGate({...})"',
  ],
  [
    "a name that is a number",
    "cases:\n  - { name: 5, policy: team, expect: denied }\n",
    2,
    "a.test.yaml:2: name is a number; expected a text; put quotes around it",
  ],
  // What a policy does not do: exit code 1.
  [
    "a case that the resource keeps from the policy",
    oneCase("policy: labelled", manifest, "expect: denied"),
    1,
    "because the match of labelled never reached the object: it matches services, and not Pod (pods)",
  ],
  [
    "a case of another kind",
    oneCase("policy: team", `manifest: ${CONFIG_MAP}`, "expect: allowed"),
    1,
    "because the match of team never reached the object: it matches pods, pods/ephemeralcontainers, pods/resize, deployments.apps, statefulsets.apps, daemonsets.apps, replicasets.apps, jobs.batch, cronjobs.batch, replicationcontrollers, podtemplates, and not ConfigMap (configmaps)",
  ],
  [
    "a case that the namespace keeps from the policy",
    oneCase("policy: team", manifest, "namespace: kube-system", "expect: denied"),
    1,
    "because the match of team never reached the object: namespaces.exclude has kube-*, and the object is in kube-system",
  ],
  [
    "a case that is in no included namespace",
    oneCase("policy: labelled", service("default", "{ tier: web }"), "expect: denied"),
    1,
    "because the match of labelled never reached the object: namespaces.include has shop-*, lab, and the object is in default",
  ],
  [
    "a case that the labels keep from the policy",
    oneCase("policy: labelled", service("lab", "{ tier: cache }"), "expect: denied"),
    1,
    'because the match of labelled never reached the object: the labels {"tier":"cache"} do not match labels: {"matchExpressions":[{"key":"tier","operator":"In","values":["web","db"]}]}',
  ],
  [
    "a case that the operation keeps from the policy",
    oneCase("policy: stamp", `manifest: ${CONFIG_MAP}`, "operation: UPDATE", "expect: changed"),
    1,
    "because the match of stamp never reached the object: it matches CREATE of configmaps, and not UPDATE",
  ],
  [
    "a case that the version keeps from the policy",
    oneCase(
      "policy: scaled",
      "manifest: { apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler, metadata: { name: a } }",
      "expect: denied",
    ),
    1,
    "because the match of scaled never reached the object: it judges horizontalpodautoscalers.autoscaling in v2, and not in v2beta2",
  ],
  [
    "a case whose denial comes from another policy",
    oneCase("policy: team", `manifest: ${TEAM_POD.replace("web:1", "web:latest")}`, "expect: denied"),
    1,
    "note no-latest denies the object, and this case is about team; name the policy that is meant",
  ],
  [
    "a policy that throws",
    oneCase("policy: broken", "manifest: { apiVersion: v1, kind: Node, metadata: { name: a } }", "expect: denied"),
    1,
    "because the policy broken failed: RangeError: a fault of the policy (",
  ],
  [
    "a message that is another one",
    oneCase("policy: team", manifest, "expect: denied", "message: no such words"),
    1,
    "because no message of team contains the text",
  ],
  [
    "a patch that is another one",
    oneCase("policy: stamp", `manifest: ${CONFIG_MAP}`, "expect: changed", "patch: [{ op: remove, path: /metadata }]"),
    1,
    "because the patch is another one",
  ],
  [
    "an object that a mutator leaves as it is",
    oneCase(
      "policy: stamp",
      `manifest: ${CONFIG_MAP.replace("name: a", "name: a, annotations: { stamped: now }")}`,
      "expect: changed",
    ),
    1,
    "because stamp changed nothing",
  ],
  [
    "a policy that is asked, against the expectation",
    oneCase("policy: team", manifest, "expect: not judged"),
    1,
    "because team was asked: its match reaches the object",
  ],
];

describe("postern test says what to do about", () => {
  it.each(BROKEN)("%s", async (_, table, code, says) => {
    const ran = await folder.run(table);
    const text = oneLine(ran.out);
    expect(text).toContain(says);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: "" });
    expect(text).toMatch(
      code === 2
        ? /0 passed, [01] failed, \d could not be run$|1 passed, 0 failed, 1 could not be run$/
        : /0 passed, 1 failed$/,
    );
    for (const line of ran.out.split("\n").filter((it) => it.includes(" ")))
      expect(line.replace(/\S{60,}/, "")).toSatisfy((it: string) => it.length <= 80);
  });

  it("25 kinds of broken tests, at least", () => {
    expect(BROKEN.length).toBeGreaterThanOrEqual(25);
  });
});

/** A text without the line breaks that fit it to 80 columns. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
