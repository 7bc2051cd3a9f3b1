import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/reviewGate.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());

const manifest = (kind: string, name: string, labels = "{}"): string =>
  `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}, labels: ${labels}}\n`;
const good = folder.write("good.yaml", manifest("Pod", "good"));
const bad = folder.write("bad.yaml", manifest("Pod", "bad", "{bad-label: x}"));
const untagged = folder.write(
  "untagged.yaml",
  `${manifest("Pod", "untagged")}spec: {containers: [{name: c, image: nginx}]}\n`,
);
const configMap = folder.write("config-map.yaml", manifest("ConfigMap", "settings"));
const service = folder.write("service.yaml", manifest("Service", "web"));
const secret = folder.write("secret.yaml", manifest("Secret", "token"));
const node = folder.write("node.yaml", manifest("Node", "n1"));
const broken = folder.write("broken.yaml", "apiVersion: v1\nkind: [\n");

/** Runs `postern review`. The path of a file is on the line of its object, as for a short path. */
async function review(...args: string[]): Promise<Ran> {
  const { out, ...ran } = await runPostern(["review", ...args]);
  return { ...ran, out: out.replaceAll(`\n${INDENT}${folder.path}`, `  ${folder.path}`) };
}
const INDENT = " ".repeat(12);
const onProduction = (...args: string[]) => review("--gate", gate, "--cluster", "production", ...args);
const DENIAL = "deny-labels: Pod contains forbidden label 'bad-label'";

describe("postern review", () => {
  it.each<[what: string, path: string, code: number, out: string]>([
    ["an allowed Pod", good, 0, `allowed     Pod default/good  ${good}:1\n1 object, 1 allowed, 0 denied\n`],
    [
      "a denied Pod",
      bad,
      1,
      `denied      Pod default/bad  ${bad}:1\n${INDENT}${DENIAL}\n1 object, 0 allowed, 1 denied\n`,
    ],
    [
      "a warning",
      service,
      0,
      `allowed     Service default/web  ${service}:1\n${INDENT}warning no-services: services are watched\n1 object, 1 allowed, 0 denied\n`,
    ],
    [
      "a patch, which validators see applied",
      configMap,
      0,
      `allowed     ConfigMap default/settings  ${configMap}:1\n${INDENT}patch add /metadata/annotations {"stamped":"yes"}\n1 object, 1 allowed, 0 denied\n`,
    ],
    [
      "an object that no policy is asked about",
      secret,
      0,
      `not judged  Secret default/token  ${secret}:1\n1 object, 0 allowed, 0 denied, 1 not judged\n`,
    ],
  ])("prints %s", async (_what, path, code, out) => {
    expect(await onProduction(path)).toEqual({ code, out, err: "" });
  });

  it("denies in the name of a policy that throws and prints where it threw", async () => {
    const { code, out, err } = await onProduction(node);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(
        `denied      Node n1  ${node}:1\n${INDENT}broken: the policy failed; standard error has the error\n`,
      ),
    ]);
    expect(err).toMatch(/^postern: .*node\.yaml:1: a policy failed: broken: RangeError: a fault of the policy\n/);
    expect(err).toMatch(/^ {4}at .*reviewGate\.ts:\d+:\d+\)?$/m);
    expect(err).not.toContain("/src/policy/");
  });

  it("judges the other inputs and exits with 2 when one cannot be read", async () => {
    const { code, out, err } = await onProduction(broken, bad, "missing.yaml", good);
    expect(code).toBe(2);
    expect(out).toBe(
      `denied      Pod default/bad  ${bad}:1\n${INDENT}${DENIAL}\nallowed     Pod default/good  ${good}:1\n2 objects, 1 allowed, 1 denied, 2 could not be read\n`,
    );
    expect(err.split("\n").sort()).toEqual([
      "",
      expect.stringMatching(new RegExp(`^postern: ${broken}:2: kind: the \\[ that opens here is not closed$`)),
      "postern: missing.yaml: does not exist",
    ]);
  });
});

describe("postern review applies the modes", () => {
  it.each<[cluster: string, path: string, code: number, lines: RegExp]>([
    ["production", bad, 1, /^denied/],
    ["staging", bad, 0, /^allowed .*\n {12}warning deny-labels: .*bad-label/],
    [
      "lab",
      bad,
      0,
      /^allowed .*\n {12}would-deny deny-labels: Pod contains forbidden label 'bad-label'\n1 object, 1 allowed, 0 denied, 1 would be denied\n$/,
    ],
    [
      "lab",
      configMap,
      0,
      /\n {12}would-patch stamp: add \/metadata\/annotations\n {12}would-deny stamped: is not stamped\n/,
    ],
    ["staging", configMap, 0, /warning stamp: [^\n]*\n {12}warning stamped: is not stamped/],
    ["mixed", configMap, 1, /^denied .*\n {12}stamped: is not stamped\n {12}warning stamp: /],
  ])("of the cluster %s to %s", async (cluster, path, code, lines) => {
    const ran = await review("--gate", gate, "--cluster", cluster, path);
    expect(ran).toMatchObject({ code, err: "" });
    expect(ran.out).toMatch(lines);
  });
});

describe("postern review", () => {
  it.each<[operation: string | undefined, code: number, out: RegExp]>([
    [undefined, 0, /^not judged/],
    ["CREATE", 0, /^not judged/],
    ["UPDATE", 1, /UPDATE of token to something/],
    ["update", 1, /UPDATE of token to something/],
    ["DELETE", 1, /DELETE of token to nothing/],
    ["delete", 1, /DELETE of token to nothing/],
  ])("uses --operation %s", async (operation, code, out) => {
    const ran = await onProduction(...(operation === undefined ? [] : ["--operation", operation]), secret);
    expect(ran).toMatchObject({ code, err: "" });
    expect(ran.out).toMatch(out);
  });

  it("denies an UPDATE of a manifest for what it has: the old object is a guess", async () => {
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {bad-label: x}}\nspec: {containers: []}\n";
    const { code, out } = await review(
      "--use",
      "deny-labels",
      "--operation",
      "UPDATE",
      folder.write("updated.yaml", pod),
    );
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringContaining("deny-labels: Pod contains forbidden label"),
    });
  });

  it("judges a manifest without a namespace in the namespace of --namespace, and others in their own", async () => {
    const other = folder.write("other.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: own, namespace: shop}\n");
    const { code, out } = await onProduction("--namespace", "storage", good, other);
    expect(code).toBe(0);
    expect(out).toContain("allowed     Pod storage/good ");
    expect(out).toContain("allowed     Pod shop/own ");
  });

  it("refuses a --namespace that is not the name of a namespace", async () => {
    const { code, err } = await onProduction("--namespace", "Shop/x", good);
    expect(code).toBe(2);
    expect(err).toMatch(/^postern: option '--namespace <name>' argument 'Shop\/x' is invalid/);
  });

  it("exits with 0 for a file of comments, which has no object", async () => {
    const comments = folder.write("comments.yaml", "---\n# Source: shop/templates/ingress.yaml\n---\n");
    expect(await onProduction(comments)).toEqual({ code: 0, out: "0 objects, 0 allowed, 0 denied\n", err: "" });
  });

  it("exits with 0 for what kubectl prints of an empty namespace", async () => {
    const list = folder.write("list.json", '{"apiVersion":"v1","items":[],"kind":"List","metadata":{}}');
    expect(await onProduction(list)).toEqual({ code: 0, out: "0 objects, 0 allowed, 0 denied\n", err: "" });
  });

  it.each<[flags: string[], path: string, code: number]>([
    [[], secret, 0],
    [["--fail-on-unjudged"], secret, 1],
    [["--fail-on-unjudged"], good, 0],
    [["--fail-on-unjudged"], bad, 1],
    [["--fail-on-unjudged"], broken, 2],
  ])("exits with the code for unjudged objects with %j", async (flags, path, code) => {
    expect((await onProduction(...flags, path)).code).toBe(code);
  });

  it("lists the policies that were asked with --verbose", async () => {
    expect((await onProduction(configMap)).out).not.toContain("asked");
    expect((await onProduction("--verbose", configMap)).out).toContain(`\n${INDENT}asked stamp, stamped\n`);
    expect((await onProduction("--verbose", secret)).out).not.toContain("asked");
  });

  it("exits with 2 for an empty file", async () => {
    const empty = folder.write("empty.yaml", "\n");
    const { code, err } = await onProduction(empty);
    expect([code, err]).toEqual([2, `postern: ${empty}: is empty\n`]);
  });

  it("runs no mutators for DELETE", async () => {
    expect(await onProduction("--operation", "DELETE", configMap)).toMatchObject({ code: 0, err: "" });
  });
});

describe("postern review with built-in policies", () => {
  it.each<[args: string[], code: number]>([
    [["--use", "deny-labels", bad], 1],
    [["--use", "deny-labels", "--use", "deny-labels", good], 0],
    [["--use", "disallow-latest-tag", configMap], 0],
    [["--use", "disallow-latest-tag", "--use", "deny-labels", untagged], 1],
    [["--use", "deny-labels", untagged], 0],
  ])("exits with the verdict for %j", async (args, code) => {
    expect(await review(...args)).toMatchObject({ code, err: "" });
  });
});
