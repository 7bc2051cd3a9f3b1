import { describe, expect, it } from "vitest";
import docs from "../../../src/policies/catalogue/builtins.json" with { type: "json" };
import { runPostern } from "../runPostern.ts";

/** The lines that do not fit 80 columns, except for those of one word that can be copied. */
const tooLong = (text: string): string[] =>
  text.split("\n").filter((line) => line.length > 80 && line.trim().includes(" "));

const explain = async (...args: string[]) => runPostern(["explain", ...args]);

it("postern explain lists all policies by subject, and the packs", async () => {
  const { code, out, err } = await explain();
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Images$/m);
  expect(out).toMatch(/^Packs$/m);
  expect(out).toMatch(/^ {2}baseline: pod-security-baseline, /m);
  expect(docs.builtins.filter(({ name }) => !out.includes(`\n  ${name}: `))).toEqual([]);
  expect(tooLong(out)).toEqual([]);
});

describe("postern explain POLICY", () => {
  it.each(docs.builtins.map(({ name, builtin }) => [name, builtin] as const))(
    "%s prints the same for the name of its function",
    async (name, builtin) => {
      const { code, out, err } = await explain(name);
      expect([code, err]).toEqual([0, ""]);
      expect(out.split(/\s+/).slice(0, 2)).toEqual([name, `(${builtin})`]);
      expect(out).toMatch(/\n\nWhy\n {2}\S[\s\S]*\n\nNative form\n {2}(?:yes|in part|no)/);
      // Lines of YAML stay whole.
      expect(tooLong(out.replaceAll(/^ {4}.*$/gm, ""))).toEqual([]);
      expect(await explain(builtin)).toEqual({ code, out, err });
    },
  );

  it.each(["pod-security-baseline", "pod-security-restricted", "podSecurityByLabel"])(
    "%s prints the same as pod-security",
    async (name) => {
      expect(await explain(name)).toEqual(await explain("pod-security"));
    },
  );

  it("prints parameters, controls, packs and examples with the message", async () => {
    const { out } = await explain("require-read-only-root-filesystem");
    expect(out).toMatch("\nParameters\n  exemptImages: string[]; default: []\n      Images of containers");
    expect(out).toMatch("\nPacks\n  restricted\n");
    expect(out).toMatch(/\nAllowed\n {4}apiVersion: v1\n[\s\S]*\n\nDenied\n {4}apiVersion: v1\n/);
    expect(out).toMatch("\n  require-read-only-root-filesystem:\n    spec.containers[0].");
  });

  it("prints of a mutator the object before and after, with the options of the example", async () => {
    const { out } = await explain("addLabels");
    expect(out).toMatch(/\nBefore\n {2}With addLabels\(\{ labels: .* \}\):\n {4}apiVersion: v1\n[\s\S]*\nAfter\n/);
    expect(out).toMatch("\nNative form\n  no: it changes objects\n");
    expect(out).toMatch("\n  labels: Record<string, string>; required\n");
  });

  it("has colours only on a terminal", async () => {
    const { out } = await runPostern(["explain", "deny-labels"], { isTTY: true });
    expect(out).toMatch("\u001b[1mdeny-labels\u001b[22m (denyLabels)");
    const plain = await runPostern(["explain", "deny-labels"], { isTTY: true, env: { NO_COLOR: "1" } });
    expect(plain).toEqual(await explain("deny-labels"));
  });
});

describe("postern explain PACK", () => {
  it.each(["bestPractices", "packs.bestPractices", "best-practices"])("%s prints its policies", async (name) => {
    const { code, out } = await explain(name);
    expect(code).toBe(0);
    expect(out).toMatch(/^packs\.bestPractices\(\)\n {2}What keeps workloads/);
    expect(out).toMatch("\n  disallow-latest-tag: Images must");
  });
});

describe("postern explain FIELD", () => {
  it.each<[field: string, judged: string[], set: string[]]>([
    ["spec.hostNetwork", ["disallow-host-namespaces", "pod-security"], []],
    ["containers.securityContext.privileged", ["disallow-privileged", "pod-security"], []],
    ["Service.spec.type", ["disallow-load-balancers", "disallow-node-ports"], []],
    ["Pod.spec.nodeSelector", [], ["set-node-selector"]],
    ["spec.containers[0].imagePullPolicy", ["require-image-pull-policy"], ["set-image-pull-policy"]],
  ])("%s is judged by %s and set by %s", async (field, judged, set) => {
    const { code, out, err } = await explain(field);
    expect([code, err]).toEqual([0, ""]);
    const names = (title: string): string[] => {
      const [, group = ""] = out.split(`${field} ${title}\n`);
      return [...(group.split("\n\n")[0] ?? "").matchAll(/^ {2}([a-z-]+): /gm)].map(([, name = ""]) => name);
    };
    expect([names("is judged by"), names("is set by")]).toEqual([judged, set]);
    expect(tooLong(out)).toEqual([]);
  });
});

describe("postern explain KIND", () => {
  it.each([
    ["pods/exec", "disallow-exec"],
    ["pods/attach", "disallow-exec"],
  ])("%s prints the policies of the subresource", async (kind, policy) => {
    const { code, out } = await explain(kind);
    expect(code).toBe(0);
    expect(out).toMatch(`${kind} is judged by\n`);
    expect(out).toMatch(policy);
  });

  it.each(["Ingress", "ingresses", "ingress"])("%s prints the policies of Ingresses only", async (kind) => {
    const { code, out, err } = await explain(kind);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(`${kind} is judged by\n`);
    const names = [...out.matchAll(/^ {2}([a-z-]+): /gm)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(["disallow-wildcard-hosts", "require-ingress-tls"]));
    expect(names).not.toContain("disallow-privileged");
  });

  it("prints those that see only the Pod template last, with its place", async () => {
    const { out } = await explain("CronJob");
    expect(out.replaceAll(/\n {4}/g, " ")).toMatch(
      /disallow-privileged: [^\n]* \(spec\.jobTemplate\.spec\.template\)\n/,
    );
    const { out: deployment } = await explain("deployments");
    expect(deployment.indexOf("limit-replicas: ")).toBeLessThan(deployment.indexOf("disallow-privileged: "));
  });
});

describe("postern explain --output json", () => {
  it.each<[args: string[], builtins: string[], packs: string[]]>([
    [["disallow-privileged"], ["disallow-privileged"], []],
    [["baseline"], [], ["baseline"]],
    [["Service.spec.type"], ["disallow-load-balancers", "disallow-node-ports"], []],
    [[], docs.builtins.map(({ name }) => name), docs.packs.map(({ name }) => name)],
  ])("of %s has the policies and packs", async (args, builtins, packs) => {
    const { code, out } = await explain(...args, "--output", "json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      builtins: builtins.map((name) => ({ name })),
      packs: packs.map((name) => ({ name })),
    });
  });
});

describe("postern explain exits with 2 for", () => {
  it.each<[name: string, hint: string]>([
    ["disalow-privileged", " (did you mean disallow-privileged?)"],
    ["restrictd", " (did you mean restricted?)"],
    ["spec.hostNetwrok", " (did you mean spec.hostNetwork?)"],
    ["exec", " (did you mean disallow-exec?)"],
    ["frobnicate", ""],
    ["", ""],
    ["__proto__", ""],
  ])("%j", async (name, hint) => {
    const fault = `no built-in policy has the name ${JSON.stringify(name)} or judges such a field`;
    expect(await explain(name)).toEqual({
      code: 2,
      out: "",
      err: `postern: ${fault}${hint}; postern explain lists all\n`,
    });
  });
});
