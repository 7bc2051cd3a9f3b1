import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/reviewGate.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());

const all = folder.write(
  "all.yaml",
  [
    "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {bad-label: x}}}",
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: team}}",
    "{apiVersion: v1, kind: Service, metadata: {generateName: web-}}",
    "{apiVersion: v1, kind: Namespace, metadata: {name: c}}",
  ].join("\n---\n"),
);
const args = ["review", "--gate", gate, "--cluster", "production"];

describe("postern review --output json", () => {
  it("prints one line for each object, with exactly the documented keys", async () => {
    const { code, out, err } = await runPostern([...args, "--output", "json", all]);
    expect([code, err]).toEqual([1, ""]);
    expect(out.endsWith("\n")).toBe(true);
    const lines: unknown[] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const allowed = { file: all, allowed: true, message: "", warnings: [], patch: [] };
    expect(lines).toEqual([
      {
        ...allowed,
        kind: "Pod",
        namespace: "default",
        name: "a",
        allowed: false,
        message: "Pod contains forbidden label 'bad-label'",
      },
      {
        ...allowed,
        kind: "ConfigMap",
        namespace: "team",
        name: "b",
        patch: [{ op: "add", path: "/metadata/annotations", value: { stamped: "yes" } }],
      },
      { ...allowed, kind: "Service", namespace: "default", name: "", warnings: ["no-services: services are watched"] },
      { ...allowed, kind: "Namespace", namespace: "", name: "c" },
    ]);
    for (const line of lines)
      expect(Object.keys(Object(line))).toEqual([
        "file",
        "kind",
        "namespace",
        "name",
        "allowed",
        "message",
        "warnings",
        "patch",
      ]);
  });

  it("names standard input and prints faults to standard error", async () => {
    const stdin = "apiVersion: v1\nkind: Pod\n---\nkind: 7\n";
    const { code, out, err } = await runPostern([...args, "--output", "json", "-"], { stdin });
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ file: "(standard input)", kind: "Pod", allowed: true });
    expect(err).toBe("postern: (standard input):4: has no apiVersion; every object needs apiVersion and kind\n");
  });
});

describe("postern review", () => {
  it.each<[isTTY: boolean | undefined, env: Record<string, string>, coloured: boolean]>([
    [true, {}, true],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1" }, false],
    [false, {}, false],
    [undefined, {}, false],
  ])("with isTTY %s and environment %j prints colours: %s", async (isTTY, env, coloured) => {
    const { out } = await runPostern([...args, all], { env, ...(isTTY === undefined ? {} : { isTTY }) });
    expect(out.includes("\u001b[31mdenied \u001b[39m")).toBe(coloured);
    expect(out.includes("\u001b")).toBe(coloured);
  });
});

it("postern review escapes control characters of its input", async () => {
  const stdin = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod\u001b[2K",
    metadata: { name: "x\nallowed  Pod default/forged", namespace: "\u202eevil" },
  });
  const { out } = await runPostern(["review", "--use", "deny-labels", "-"], { stdin });
  expect(out.split("\n")).toEqual([
    "allowed  Pod\\u001b[2K \\u202eevil/x\\nallowed  Pod default/forged  (standard input):1",
    "1 object, 1 allowed, 0 denied",
    "",
  ]);
});
