import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const gate = fixture("gates/pluralGate.ts");
const crdAndObject = fixture("manifests/crdAndObject.yaml");
const objectsOnly = fixture("manifests/objectsWithoutCrd.yaml");
const folder = new InputFolder();
afterAll(() => folder.remove());

interface Line {
  readonly kind: string;
  readonly namespace: string;
  readonly result: string;
  readonly message: string;
  readonly notes: string[];
}
async function review(paths: string[], stdin = ""): Promise<{ code: number; lines: Line[] }> {
  const { code, out } = await runPostern(["review", "--gate", gate, "--output", "json", ...paths], { stdin });
  return { code, lines: out.split("\n").flatMap((line): Line[] => (line === "" ? [] : [JSON.parse(line)])) };
}
const crd = (kind: string, plural: string, spec = ""): string =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ${plural}.bugs.example.com}\nspec:\n  group: bugs.example.com\n  names: {kind: ${kind}, plural: ${plural}}\n${spec || "  scope: Namespaced\n  versions: [{name: v1, served: true}]\n"}`;

describe("postern review of custom resources", () => {
  it("takes the plural from a CustomResourceDefinition in the same file", async () => {
    const { code, lines } = await review([crdAndObject]);
    expect(code).toBe(1);
    expect(lines[1]).toMatchObject({ kind: "Sheep", message: "no-flocks: no flocks in 'shop'", notes: [] });
  });

  it("takes it from any file, later ones and standard input included", async () => {
    const index = folder.write("index.yaml", crd("Index", "indices"));
    const { lines } = await review([objectsOnly, index, "-"], crd("Data", "data"));
    expect(lines.slice(0, 3).map(({ kind, result }) => [kind, result])).toEqual([
      ["Sheep", "not judged"],
      ["Index", "denied"],
      ["Data", "denied"],
    ]);
  });

  it("says that a plural is a guess where policies name other resources of the group", async () => {
    const { code, lines } = await review([objectsOnly]);
    expect(code).toBe(0);
    expect(lines.map(({ result }) => result)).toEqual(["not judged", "not judged", "not judged"]);
    for (const [index, guess] of ["sheeps", "indexes", "datas"].entries())
      expect(lines[index]?.notes).toEqual([
        expect.stringMatching(`^the resource ${guess} is a guess .*: no-flocks \\(flocks, indices, data\\)`),
      ]);
  });

  it.each<[what: string, stdin: string, result: string]>([
    ["a policy names the guess", "apiVersion: bugs.example.com/v1\nkind: Flock\nmetadata: {name: a}\n", "denied"],
    ["a policy is on the whole group", "apiVersion: stars.example.com/v1\nkind: Sun\nmetadata: {name: a}\n", "denied"],
    ["no policy names the group", "apiVersion: other.example.com/v1\nkind: Sheep\nmetadata: {name: a}\n", "not judged"],
    ["the kind is built in", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "not judged"],
  ])("says nothing when %s", async (_what, stdin, result) => {
    const { lines } = await review(["-"], stdin);
    expect(lines).toMatchObject([{ result, notes: [] }]);
  });

  it("gives no namespace to an object of a definition with scope Cluster", async () => {
    const definition = crd("Sheep", "flocks", "  scope: Cluster\n  versions: [{name: v1, served: true}]\n");
    const object = "apiVersion: bugs.example.com/v1\nkind: Sheep\nmetadata: {name: a}\n";
    const { lines } = await review(["-"], `${object}---\n${definition}`);
    expect(lines[0]).toMatchObject({ namespace: "", message: "no-flocks: no flocks in ''" });
  });

  it("says that a version is not served", async () => {
    const versions = "  versions: [{name: v1, served: false}, {name: v2, served: true}]\n";
    const object = "apiVersion: bugs.example.com/v1\nkind: Sheep\nmetadata: {name: a}\n";
    const { lines } = await review(["-"], `${crd("Sheep", "flocks", versions)}---\n${object}`);
    expect(lines[1]?.notes).toEqual(["the CustomResourceDefinition of Sheep serves v2, not v1"]);
  });

  it("does not let a definition rename a built-in kind", async () => {
    const definition = readFileSync(crdAndObject, "utf8").split("---")[0]?.replaceAll("bugs.example.com", "apps");
    const object = "apiVersion: apps/v1\nkind: Sheep\nmetadata: {name: a}\n";
    const { lines } = await review(["-"], `${definition}---\n${object}`);
    expect(lines[1]).toMatchObject({ kind: "Sheep", result: "not judged" });
  });
});
