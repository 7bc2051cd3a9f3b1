import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/reviewGate.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());

const all = folder.write(
  "manifests/all.yaml",
  [
    "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {bad-label: x}}}",
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: team}}",
    "{apiVersion: v1, kind: Service, metadata: {generateName: web-}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: c}}",
  ].join("\n---\n"),
);
const reviewJson = async (...args: string[]) => {
  const { code, out, err } = await runPostern(["review", "--gate", gate, "--output", "json", ...args]);
  return {
    code,
    err,
    lines: out
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line)),
  };
};

const allowed = {
  file: all,
  apiVersion: "v1",
  subresource: "",
  operation: "CREATE",
  result: "allowed",
  allowed: true,
  message: "",
  warnings: [],
  audit: [],
  policies: expect.any(Array),
  exceptions: [],
  covered: [],
  patch: [],
  notes: [],
};
const judged = (policy: string, mode: string, ...findings: object[]) => ({ policy, mode, result: "judged", findings });

describe("postern review --output json", () => {
  it("prints one line for each object, with exactly the documented keys", async () => {
    const { code, err, lines } = await reviewJson("--cluster", "production", all);
    expect([code, err]).toEqual([1, ""]);
    const message = "Pod contains forbidden label 'bad-label'";
    expect(lines).toEqual([
      {
        ...allowed,
        line: 1,
        kind: "Pod",
        namespace: "default",
        name: "a",
        result: "denied",
        allowed: false,
        message: `deny-labels: ${message}`,
        policies: [judged("deny-labels", "enforce", { effect: "deny", message, at: expect.any(String) })],
      },
      {
        ...allowed,
        line: 3,
        kind: "ConfigMap",
        namespace: "team",
        name: "b",
        policies: [judged("stamp", "enforce"), judged("stamped", "enforce")],
        patch: [{ op: "add", path: "/metadata/annotations", value: { stamped: "yes" } }],
      },
      {
        ...allowed,
        line: 5,
        kind: "Service",
        namespace: "default",
        name: "",
        warnings: ["no-services: services are watched"],
      },
      {
        ...allowed,
        line: 7,
        kind: "Namespace",
        namespace: "",
        name: "c",
        result: "not judged",
        allowed: null,
        policies: [],
      },
    ]);
    const keys =
      "file line apiVersion kind namespace name subresource operation result allowed message warnings audit policies exceptions covered patch notes".split(
        " ",
      );
    for (const line of lines) expect(Object.keys(Object(line))).toEqual(keys);
  });

  it("shows what mode audit hides from the client", async () => {
    const { code, lines } = await reviewJson("--cluster", "lab", all);
    expect(code).toBe(0);
    const message = "Pod contains forbidden label 'bad-label'";
    expect(lines[0]).toMatchObject({
      result: "allowed",
      warnings: [],
      audit: [`would-deny deny-labels: ${message}`],
      policies: [{ policy: "deny-labels", mode: "audit", findings: [{ effect: "would-deny", message }] }],
    });
    expect(lines[1]).toMatchObject({
      audit: ["would-patch stamp: add /metadata/annotations", "would-deny stamped: is not stamped"],
      patch: [],
    });
  });

  it("prints a line for each path that is not read", async () => {
    const values = folder.write("manifests/values.yaml", "replicas: 3\n");
    const hidden = folder.write("manifests/.hidden.yaml", "");
    const { lines } = await reviewJson("--cluster", "production", `${folder.path}/manifests`);
    expect(lines.slice(-2)).toEqual([
      { file: hidden, result: "hidden", reason: "hidden" },
      { file: values, result: "not a manifest", reason: "no apiVersion and kind" },
    ]);
  });

  it("names standard input and prints faults to standard error", async () => {
    const stdin = "apiVersion: v1\nkind: Pod\n---\nkind: 7\n";
    const args = ["review", "--gate", gate, "--cluster", "production", "--output", "json", "-"];
    const { code, out, err } = await runPostern(args, { stdin });
    expect(code).toBe(2);
    const [pod, unreadable] = out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(pod).toMatchObject({ file: "(standard input)", kind: "Pod", allowed: true });
    const reason = "has no apiVersion; every object needs apiVersion and kind";
    expect(unreadable).toEqual({ file: "(standard input)", line: 4, result: "unreadable", reason });
    expect(err).toBe("postern: (standard input):4: has no apiVersion; every object needs apiVersion and kind\n");
  });

  it("prints a line for a file that cannot be read as a whole", async () => {
    const { code, err, lines } = await reviewJson("--cluster", "production", "missing.yaml");
    expect([code, err]).toEqual([2, "postern: missing.yaml: does not exist\n"]);
    expect(lines).toEqual([{ file: "missing.yaml", line: null, result: "unreadable", reason: "does not exist" }]);
  });

  it("escapes what a terminal obeys, and the JSON stays valid", async () => {
    const name = "a\u009b31m\u007f\u0085\u202e\u2066\u200f\u061c\u001b[2J";
    const args = ["review", "--gate", gate, "--cluster", "production", "--output", "json", "-", "\u202emissing.yaml"];
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name } });
    const { out } = await runPostern(args, { stdin });
    expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    const lines = out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([{ name }, { file: "\u202emissing.yaml", result: "unreadable" }]);
  });
});
