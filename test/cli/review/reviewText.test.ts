import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/textGate.ts", import.meta.url));
const review = (manifest: object, ...args: string[]) =>
  runPostern(["review", "--gate", gate, ...args, "-"], {
    stdin: JSON.stringify({ apiVersion: "v1", ...manifest }),
  });
const lines = async (manifest: object, ...args: string[]): Promise<string[]> =>
  (await review(manifest, ...args)).out.split("\n").slice(1, -2);

const ENV = "$".concat("{ENV}");

describe("postern review prints", () => {
  it("several denials as a list with their policies, and a message of several lines as lines", async () => {
    expect(await lines({ kind: "Pod", metadata: { name: "a" } })).toEqual([
      "            first: one",
      "            first: two",
      "            second: a line",
      "            and another",
    ]);
  });

  it("a patch with its values, an operation a line, and cuts values to the line", async () => {
    const shown = await lines({ kind: "ConfigMap", metadata: { name: "a" }, data: { old: "x", kept: "y" } });
    expect(shown).toEqual([
      '            patch add /metadata/labels {"team":"a"}',
      "            patch remove /data/old",
      '            patch replace /data/kept "\\u202ey\\u009b"',
      `            patch add /data/long "${"x".repeat(45)}…`,
    ]);
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("no value of a Secret, but its labels", async () => {
    const { out } = await review({ kind: "Secret", metadata: { name: "a" }, data: { token: "czNjcjN0" } });
    expect(out.split("\n").slice(1, -2)).toEqual([
      '            patch add /metadata/labels {"team":"a"}',
      "            patch replace /data/token (not shown)",
      "            patch add /stringData (not shown)",
    ]);
    for (const output of ["json", "yaml"]) {
      const ran = await review(
        { kind: "Secret", metadata: { name: "a" }, data: { token: "czNjcjN0" } },
        "--output",
        output,
      );
      expect(ran.out + ran.err).not.toMatch(/czNjcjN0|aHVzaA|hush/);
    }
  });

  it("lines of at most 80 columns, without breaking a word", async () => {
    const name = "n".repeat(60);
    const { out } = await review({ kind: "Service", metadata: { name, namespace: "shop" } });
    const word = `registry.example.com/${"x".repeat(90)}`;
    expect(out).toBe(
      [
        `denied      Service shop/${name}`,
        "            (standard input):1",
        "            third: the image",
        `              ${word}`,
        "              is not from the registry of the team, and nobody else may have",
        "              pushed it",
        "1 object, 0 allowed, 1 denied",
        "",
      ].join("\n"),
    );
  });

  it("the prefix of a name that the API server completes", async () => {
    const { out } = await review({ kind: "ServiceAccount", metadata: { generateName: "gen-" } });
    expect(out).toContain("not judged  ServiceAccount default/gen-…  (standard input):1\n");
    const none = await review({ kind: "ServiceAccount", metadata: {} });
    expect(none.out).toContain("not judged  ServiceAccount default/(no name)  (standard input):1\n");
  });

  it.each<[metadata: object, note: string]>([
    [{ name: `web-${ENV}` }, `metadata.name looks like a template that was not filled in: ${ENV}`],
    [{ name: "a", namespace: "{{ .ns }}" }, "metadata.namespace looks like a template that was not filled in: {{ … }}"],
  ])("a note on a name that is a template: %j", async (metadata, note) => {
    const { out } = await review({ kind: "ServiceAccount", metadata });
    expect(out.replaceAll("\n              ", " ")).toContain(`\n            note ${note}\n`);
  });

  it("a review of a subresource by its name", async () => {
    const object = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "web", namespace: "shop" } };
    const request = {
      uid: "u",
      kind: { group: "autoscaling", version: "v1", kind: "Scale" },
      resource: { group: "apps", version: "v1", resource: "deployments" },
      subResource: "scale",
      name: "web",
      namespace: "shop",
      operation: "UPDATE",
      userInfo: { username: "jane" },
      object,
      oldObject: object,
    };
    const { out } = await review({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
    expect(out).toContain("not judged  Scale (scale) shop/web  (standard input):1\n");
  });
});

describe("postern review colours", () => {
  it.each<[isTTY: boolean | undefined, env: Record<string, string>, coloured: boolean]>([
    [true, {}, true],
    [true, { NO_COLOR: "" }, true],
    [true, { NO_COLOR: "1" }, false],
    [false, {}, false],
    [undefined, {}, false],
  ])("with isTTY %s and environment %j: %s", async (isTTY, env, coloured) => {
    const stdin = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}';
    const { out } = await runPostern(["review", "--gate", gate, "-"], {
      stdin,
      env,
      ...(isTTY === undefined ? {} : { isTTY }),
    });
    expect(out.includes("\u001b[31mdenied    \u001b[39m")).toBe(coloured);
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
    "not judged  Pod\\u001b[2K \\u202eevil/x\\nallowed  Pod default/forged",
    "            (standard input):1",
    "1 object, 0 allowed, 0 denied, 1 not judged",
    "",
  ]);
});
