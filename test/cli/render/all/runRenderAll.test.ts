import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { selfSignedPair } from "../../../tls/selfSignedPair.ts";
import { InputFolder } from "../../InputFolder.ts";
import { insideFolder } from "../../insideFolder.ts";
import { type Ran, runPostern } from "../../runPostern.ts";

let folder: InputFolder;
let out: string;
beforeEach(() => {
  folder = new InputFolder();
  out = join(folder.path, "out");
});
afterEach(() => folder.remove());

const POLICY = 'policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined })';
let gates = 0;
function gate(clusters: string, more = ""): string {
  gates += 1;
  return folder.write(
    `gate-${gates}.ts`,
    `import { conversion, defineGate, policy } from "postern";
import { capability } from "postern/identity";
export default defineGate({ policies: [${POLICY}], clusters: ${clusters}, ${more} });\n`,
  );
}
const THREE = "{ a: { identity: 'none' }, b: { identity: 'none', mode: 'warn' }, c: { identity: 'none' } }";
const TWO = "{ a: { identity: 'none' }, b: { identity: 'none', mode: 'warn' } }";
const HERE = ["--url", "https://localhost"];
const all = (file: string, ...args: string[]): Promise<Ran> =>
  runPostern(["render", "--all", "--gate", file, "--out", out, ...HERE, ...args]);
const read = (...path: string[]): string => readFileSync(join(out, ...path), "utf8");
const REGISTRATIONS = "registrations.yaml";

describe("postern render --all --out", () => {
  it("writes a folder for each cluster, with what render prints for it", async () => {
    const file = gate(THREE);
    const ran = await all(file);
    expect(ran).toEqual({
      code: 0,
      out: `created    ${out}/a\ncreated    ${out}/b\ncreated    ${out}/c\n3 clusters: 3 created, 0 updated, 0 unchanged\n`,
      err: "",
    });
    expect(readdirSync(out)).toEqual(["a", "b", "c"]);
    for (const cluster of ["a", "b", "c"]) {
      expect(readdirSync(join(out, cluster))).toEqual(["kustomization.yaml", REGISTRATIONS]);
      expect(parse(read(cluster, "kustomization.yaml"))).toEqual({
        apiVersion: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources: [REGISTRATIONS],
      });
      const one = await runPostern(["render", "--gate", file, "--cluster", cluster, ...HERE, "--output", "json"]);
      const documents = parseAllDocuments(read(cluster, REGISTRATIONS)).map((document) => document.toJS());
      expect(documents).toEqual(JSON.parse(one.out).items);
    }
  });

  it("writes nothing in a second run, and only what changed in a third", async () => {
    await all(gate(THREE));
    const times = () => ["a", "b"].map((it) => statSync(join(out, it, REGISTRATIONS), { bigint: true }).mtimeNs);
    const before = times();
    expect((await all(gate(THREE))).out).toBe("3 clusters: 0 created, 0 updated, 3 unchanged\n");
    expect(times()).toEqual(before);
    const changed = await all(gate(THREE.replace("'warn'", "'enforce'")));
    expect(changed.out).toBe(`updated    ${out}/b\n3 clusters: 0 created, 1 updated, 2 unchanged\n`);
    expect([times()[0] === before[0], times()[1] === before[1]]).toEqual([true, false]);
  });

  it("leaves files that Git checked out with other line ends", async () => {
    await all(gate(TWO));
    const path = join(out, "a", REGISTRATIONS);
    writeFileSync(path, read("a", REGISTRATIONS).replaceAll("\n", "\r\n"));
    expect((await all(gate(TWO))).out).toContain("2 unchanged");
    expect(
      (await all(gate(TWO.replace("a: { identity: 'none' }", "a: { identity: 'none', mode: 'warn' }")))).code,
    ).toBe(0);
    expect(read("a", REGISTRATIONS)).not.toContain("\r");
  });

  it("reports the files of clusters that are gone, and removes them only with --prune", async () => {
    await all(gate(THREE));
    writeFileSync(join(out, "c", "notes.md"), "mine");
    const kept = await all(gate(TWO));
    expect(kept.out).toBe(
      `gone       ${out}/c/kustomization.yaml  there is no cluster c any more; --prune removes the file
gone       ${out}/c/registrations.yaml  there is no cluster c any more; --prune removes the file
2 clusters: 0 created, 0 updated, 2 unchanged, 2 files of clusters that are gone\n`,
    );
    expect([kept.code, existsSync(join(out, "c", REGISTRATIONS))]).toEqual([0, true]);
    expect((await all(gate(TWO), "--check")).code).toBe(1);
    const checked = await all(gate(TWO), "--prune", "--check");
    expect([checked.code, existsSync(join(out, "c", REGISTRATIONS))]).toEqual([1, true]);
    expect((await all(gate(TWO), "--prune")).out).toContain(`removed    ${out}/c/registrations.yaml\n`);
    expect(readdirSync(join(out, "c"))).toEqual(["notes.md"]);
    rmSync(join(out, "c", "notes.md"));
    await all(gate(THREE));
    await all(gate(TWO), "--prune");
    expect(readdirSync(out)).toEqual(["a", "b"]);
  });

  it("removes neither changed files, nor those of others, another gate or another cluster", async () => {
    await all(gate(THREE));
    writeFileSync(join(out, "c", "kustomization.yaml"), `${read("c", "kustomization.yaml")}namePrefix: x-\n`);
    folder.write("out/mine/registrations.yaml", "a: 1\n");
    folder.write("out/moved/registrations.yaml", read("a", REGISTRATIONS));
    await runPostern([
      "render",
      "--all",
      "--gate",
      gate("{ z: { identity: 'none' } }", 'name: "other"'),
      "--out",
      out,
      ...HERE,
    ]);
    const { out: said } = await all(gate(TWO), "--prune");
    expect(said.match(/^\w+ +\S+/gm)).toEqual([
      `gone       ${out}/c/kustomization.yaml`,
      `gone       ${out}/c/registrations.yaml`,
      "2 clusters:",
    ]);
    expect(said).toContain("somebody changed a file in the folder, which stays: remove it yourself");
    expect(readdirSync(out)).toEqual(["a", "b", "c", "mine", "moved", "z"]);
    expect(readdirSync(join(out, "c"))).toHaveLength(2);
  });

  it("takes a part with --only, and does not call the others gone", async () => {
    await all(gate(THREE));
    const changed = gate("{ a: { identity: 'none', mode: 'warn' }, b: { identity: 'none' }, c: { identity: 'none' } }");
    const { out: said } = await all(changed, "--only", "b");
    expect(said).toBe(`updated    ${out}/b\n1 cluster: 0 created, 1 updated, 0 unchanged\n`);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    [
      "a file of somebody else",
      (path) => writeFileSync(path, "mine: true\n"),
      /was not written by postern render --all, and is not overwritten/,
    ],
    [
      "a file that was changed",
      (path) => writeFileSync(path, `${readFileSync(path, "utf8")}# mine\n`),
      /was changed after postern render --all wrote it/,
    ],
    ["a folder", (path) => mkdirSync(path), /is not a plain file/],
    ["a link", (path) => symlinkSync("/etc/hostname", path), /is not a plain file/],
  ])("overwrites nothing at the place of %s, and writes nothing else", async (what, put, message) => {
    await all(gate(TWO));
    const path = join(out, "b", REGISTRATIONS);
    if (!what.startsWith("a file")) rmSync(path);
    put(path);
    const before = read("a", REGISTRATIONS);
    const ran = await all(gate(TWO.replaceAll("'none'", "'none', mode: 'audit'").replace(", mode: 'warn'", "")));
    expect([ran.code, ran.out]).toEqual([2, ""]);
    expect(ran.err).toMatch(message);
    expect(ran.err).toContain(path);
    expect(read("a", REGISTRATIONS)).toBe(before);
  });

  it("writes through no link in place of a folder, and into no file in place of --out", async () => {
    mkdirSync(out);
    symlinkSync(folder.path, join(out, "a"));
    const ran = await all(gate(TWO));
    expect([ran.code, ran.err]).toEqual([
      2,
      `postern: ${out}/a: is not a folder; expected one, or nothing, at this path\n`,
    ]);
    expect(existsSync(join(out, "b"))).toBe(false);
    rmSync(out, { recursive: true });
    writeFileSync(out, "");
    expect((await all(gate(TWO))).err).toMatch(/out: is not a folder/);
  });

  it("makes the folders above --out, and says which cannot be made", async () => {
    const deep = join(folder.path, "a/b/c");
    const args = ["render", "--all", "--gate", gate(TWO), ...HERE, "--out"];
    expect((await runPostern([...args, deep])).code).toBe(0);
    expect(readdirSync(deep)).toEqual(["a", "b"]);
    folder.write("file", "");
    const { code, err } = await runPostern([...args, join(folder.path, "file/out")]);
    expect([code, err]).toEqual([2, expect.stringMatching(/file\/out: is not a folder/)]);
  });

  it.runIf(process.platform === "linux")(
    "says that a folder cannot be made where the file system makes none",
    async () => {
      const { code, err } = await runPostern([
        "render",
        "--all",
        "--gate",
        gate(TWO),
        ...HERE,
        "--out",
        "/proc/postern",
      ]);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^postern: \/proc\/postern\/a\/kustomization\.yaml: cannot be written: /),
      ]);
    },
  );

  it("--check writes nothing, and exits with 1 for a change", async () => {
    const { code, out: said } = await all(gate(TWO), "--check");
    expect([code, said, existsSync(out)]).toEqual([
      1,
      `created    ${out}/a\ncreated    ${out}/b\n2 clusters: 2 created, 0 updated, 0 unchanged (--check: nothing was written)\n`,
      false,
    ]);
    await all(gate(TWO));
    expect((await all(gate(TWO), "--check")).code).toBe(0);
  });

  it("prints the same as JSON, and its lints once with their clusters", async () => {
    await all(gate(THREE));
    const args = ["--output", "json", "--url", "https://gate.example.com"];
    const { code, out: said, err } = await all(gate(TWO), ...args);
    const hash = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect([code, JSON.parse(said)]).toEqual([
      0,
      {
        gate: "postern",
        clusters: ["a", "b"].map((cluster) => ({ cluster, folder: join(out, cluster), result: "updated", hash })),
        gone: ["kustomization.yaml", REGISTRATIONS].map((it) => ({
          cluster: "c",
          path: join(out, "c", it),
          result: "kept",
        })),
      },
    ]);
    expect(
      err
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([expect.objectContaining({ code: "identity-none", place: "clusters.*.identity", clusters: ["a", "b"] })]);
  });

  it("gives each cluster its own url, roots and hand-over", async () => {
    folder.write("eu.pem", (await selfSignedPair()).cert);
    const clusters = folder.write(
      "fleet.yaml",
      'clusters: { a: { url: "https://127.0.0.1:8443", ca: eu.pem, sync: true }, b: }',
    );
    expect((await all(gate(TWO), "--clusters", clusters)).code).toBe(0);
    expect(read("a", REGISTRATIONS)).toContain("url: https://127.0.0.1:8443/c/a/validate/default");
    expect(read("a", REGISTRATIONS)).toMatch(/caBundle: \S+/);
    expect(read("a", REGISTRATIONS)).toContain('postern.dev/sync: "true"');
    expect(read("b", REGISTRATIONS)).toContain("url: https://localhost/c/b/validate/default");
    expect(read("b", REGISTRATIONS)).not.toMatch(/caBundle|postern\.dev\/sync/);
  });

  it("never writes a capability, and says which clusters need one", async () => {
    const tier = '[{ tier: "capability", issuer: "https://issuer.example.com" }]';
    const file = gate(`{ a: { identity: ${tier} }, b: { identity: "none" } }`, "tiers: [capability()]");
    const ran = await all(file);
    expect([ran.code, ran.err]).toEqual([
      0,
      "postern: warning: clusters.*.identity takes only calls with a capability, and what is rendered has none: every call is refused until postern sync has run; hand it over with --sync, or nothing writes one (no-capability) [a]\n",
    ]);
    expect((await all(file, "--sync")).err).not.toContain("hand it over");
    expect(read("a", REGISTRATIONS)).toContain("url: https://localhost/c/a/validate/default");
    const token = await all(file, "--sync-token", "token");
    expect(token.err).toContain("option '--all' cannot be used with option '--sync-token <file>'");
  });

  it("names what cannot be rendered, each once, and writes nothing", async () => {
    const file = gate(TWO);
    const clusters = folder.write("fleet.yaml", 'clusters: { a: { url: "http://a" }, b: { ca: none.pem } }');
    const ran = await all(file, "--clusters", clusters);
    expect(ran).toEqual({
      code: 2,
      out: "",
      err: `postern: ${clusters}: clusters.a.url must be https: the API server calls only https
postern: ${clusters}: clusters.b.ca: ${folder.path}/none.pem: does not exist\n`,
    });
    expect(existsSync(out)).toBe(false);
    const none = await runPostern(["render", "--all", "--gate", file, "--out", out]);
    expect(none.err).toBe(
      "postern: a, b have no URL of the gate: give --url for all clusters, or url for each with --clusters\n",
    );
  });

  it("takes the clusters of a folder for a gate that looks them up, and reports a lookup that failed", async () => {
    folder.write("clusters/one.yaml", "");
    folder.write("clusters/two.yaml", "");
    const file = gate(
      `async (name) => { if (name === "two") throw new Error("KV is away"); return { identity: "none" }; }`,
    );
    const ran = await insideFolder(folder.path, () => all(file));
    expect(ran).toEqual({
      code: 2,
      out: "",
      err: 'postern: the gate could not look up the cluster "two": KV is away\n',
    });
    rmSync(join(folder.path, "clusters/two.yaml"));
    expect((await insideFolder(folder.path, () => all(file))).out).toContain("1 cluster: 1 created");
  });
});

describe("options of --all", () => {
  it.each([
    [["--all"], "--all needs --out DIR, for files, or --diff, to compare with running clusters"],
    [["--all", "--diff", "--prune"], "--prune needs --out"],
    [["--all", "--diff", "--check"], "--check needs --out"],
    [["--all", "--out", ""], "--out: an empty path was given; name a folder"],
    [["--all", "--out", "x", "--contexts", "{cluster}"], "--contexts and --kubeconfig need --diff"],
    [
      ["--all", "--out", "x", "--cluster", "a"],
      "option '--all' cannot be used with option '--cluster <name>'; see postern render --help",
    ],
    [
      ["--all", "--out", "x", "--diff"],
      "option '--out <dir>' cannot be used with option '--diff'; see postern render --help",
    ],
    [["--cluster", "a", "--out", "x"], "--out needs --all"],
    [["--cluster", "a", "--only", "x"], "--only needs --all"],
    [["--cluster", "a", "--clusters", "x"], "--clusters needs --all"],
    [["--cluster", "a", "--timeout", "5"], "--timeout needs --all"],
    [["--cluster", "a", "--diff", "--timeout", "30"], "--timeout needs --all"],
    [[], "required option '--cluster <name>' not specified; see postern render --help"],
  ])("%j", async (args, message) => {
    expect(await runPostern(["render", ...HERE, ...args])).toEqual({ code: 2, out: "", err: `postern: ${message}\n` });
  });
});
