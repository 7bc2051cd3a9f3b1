import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readClusterEntries } from "../../../src/cli/fleet/readClusterEntries.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());
let count = 0;
const file = (text: string): string => {
  count += 1;
  return folder.write(`fleet-${count}/clusters.yaml`, text);
};

describe("a file", () => {
  it("names clusters with what they have of their own, and defaults", async () => {
    const path = file(`defaults: { url: "https://gate.example.com", sync: true, ca: roots.pem }
clusters:
  prod-eu:
  prod-us: { url: "https://us.example.com", context: us, kubeconfig: kube/us, nodes: 12, ca: /etc/us.pem, sync: false, config: us.yaml }
`);
    const at = join(path, "..");
    expect(await readClusterEntries(path)).toEqual([
      {
        name: "prod-eu",
        place: `${path}: clusters.prod-eu`,
        url: "https://gate.example.com",
        sync: true,
        ca: join(at, "roots.pem"),
      },
      {
        name: "prod-us",
        place: `${path}: clusters.prod-us`,
        url: "https://us.example.com",
        context: "us",
        kubeconfig: join(at, "kube/us"),
        nodes: 12,
        ca: "/etc/us.pem",
        sync: false,
        config: join(at, "us.yaml"),
      },
    ]);
  });

  it("may be a list of names", async () => {
    expect((await readClusterEntries(file("clusters: [b, a]"))).map(({ name }) => name)).toEqual(["b", "a"]);
  });

  it.each([
    ["clusters: a", /: clusters: expected a mapping of names, such as .*, or a list of them, such as /],
    ["clusters: [a, { b: c }]", /: clusters: expected a mapping of names/],
    ["defaults: { nodes: 3 }", /: clusters: expected a mapping of names/],
    ["clusters: { A_b: {} }", /: clusters\.A_b: expected the name of a cluster, such as prod-eu-1, at line 1$/],
    ["clusters:\n  a:\n    sync: true\n  A_b:\n", /: clusters\.A_b: expected .* such as prod-eu-1, at line 4$/],
    ["defaults:\n  nodes: 3\nclusters:\n  a:\n    sync: yes\n", /: clusters\.a\.sync: expected a boolean, at line 5$/],
    ["# all\nclusters:\n  a: { nodes: 3 }\n  b: 7\n", /: clusters\.b: expected an object, at line 4$/],
    ["clusters: { a: }\nclsters: {}\n", /: unknown key "clsters"; known are defaults, clusters, at line 2$/],
    ["clusters: { ../up: {} }", /expected the name of a cluster/],
    [
      "clusters: { a: { contxt: b } }",
      /: clusters\.a: unknown key "contxt"; known are context, .*, config, at line 1$/,
    ],
    [
      "defaults: { cntext: b }\nclusters: { a: }",
      /: defaults: unknown key "cntext"; known are context, kubeconfig, url, ca, nodes, sync, config, at line 1$/,
    ],
    ["clusters: { a: { nodes: 0 } }", /: clusters\.a\.nodes: expected 1 to 999999, at line 1$/],
    ["clusters: { a: , a: }", /: is not YAML: a key occurs twice, at line 1$/],
    ["clusters: {}", /names no cluster; expected a file with a mapping `clusters`/],
    ["a: b: c", /: is not YAML/],
    ["", /: expected a file with a mapping `clusters`/],
    ["[a, b]", /: expected a file with a mapping `clusters`/],
  ])("%j is a fault with its place", async (text, message) => {
    await expect(readClusterEntries(file(text))).rejects.toThrow(message);
  });

  it("does not repeat the text of a file that is not YAML", async () => {
    await expect(readClusterEntries(file('clusters: { a: { url: "secret\n'))).rejects.not.toThrow(/secret/);
  });
});

describe("a folder", () => {
  it("has a file for each cluster, which may be empty", async () => {
    folder.write("good/prod-eu.yaml", "");
    folder.write("good/prod-us.yml", "context: us\nca: us.pem\n");
    folder.write("good/README.md", "no cluster");
    folder.write("good/.hidden.yaml", "nothing: here");
    mkdirSync(join(folder.path, "good/sub"));
    const at = join(folder.path, "good");
    expect(await readClusterEntries(at)).toEqual([
      { name: "prod-eu", place: join(at, "prod-eu.yaml") },
      { name: "prod-us", place: join(at, "prod-us.yml"), context: "us", ca: join(at, "us.pem") },
    ]);
  });

  it("must not have two files for one cluster, or one that names none", async () => {
    folder.write("twice/a.yaml", "");
    folder.write("twice/a.yml", "");
    await expect(readClusterEntries(join(folder.path, "twice"))).rejects.toThrow(
      /a\.yml: the cluster a has another file/,
    );
    folder.write("named/Prod_1.yaml", "");
    await expect(readClusterEntries(join(folder.path, "named"))).rejects.toThrow(
      /Prod_1\.yaml: expected the name of a cluster/,
    );
    folder.write("empty/README.md", "");
    await expect(readClusterEntries(join(folder.path, "empty"))).rejects.toThrow(/names no cluster/);
  });
});

it("a path with nothing at it is a fault", async () => {
  await expect(readClusterEntries(join(folder.path, "none"))).rejects.toThrow(/^--clusters: \S+none does not exist$/);
});
