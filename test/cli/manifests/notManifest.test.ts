import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isOtherDocument, mentionsObject, toolFile } from "../../../src/cli/manifests/notManifest.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { runPostern } from "../runPostern.ts";

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const folder = new InputFolder();
const other = new InputFolder();
const quoted = new InputFolder();
afterAll(() => {
  folder.remove();
  other.remove();
  quoted.remove();
});
beforeAll(() => {
  cpSync(fixture("repository"), folder.path, { recursive: true });
  folder.write("node_modules/x/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: in-modules}\n");
  folder.link("deploy/loop", "..");
});
const repositoryGate = fixture("gates/repositoryGate.ts");
const review = (...args: string[]) =>
  insideFolder(folder.path, () => runPostern(["review", "--gate", repositoryGate, ...args]));

const KUSTOMIZE =
  " is a patch or setting of Kustomize; build it first: kustomize build kustomize/overlays/production | postern review -";

describe("postern review of a repository", () => {
  it("judges its manifests, counts the other files, and says what has to be rendered first", async () => {
    const { code, out, err } = await review(".");
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual([
      "not judged  CustomResourceDefinition pastures.example.com",
      "            charts/shop/crds/pasture.yaml:1",
      "not judged  CustomResourceDefinition flocks.example.com",
      "            charts/shop/crds/sheep.yaml:1",
      "not judged  ServiceAccount default/shop",
      "            charts/shop/templates/service-account.yaml:1",
      "denied      Pod default/web  deploy/web.yaml:1",
      "            disallow-latest-tag: spec.containers[0].image: image",
      "              'registry.example.com/web:latest' has the tag 'latest'",
      "not judged  ConfigMap default/web  deploy/web.yaml:8",
      "allowed     Pod default/web  kustomize/base/web.yaml:1",
      "denied      Sheep default/dolly  kustomize/overlays/production/flock.yaml:1",
      "            no-flocks: no flocks in default",
      "denied      Pasture green  kustomize/overlays/production/flock.yaml:6",
      "            no-pastures: no pastures in ''",
      "8 objects, 1 allowed, 3 denied, 4 not judged",
      "26 files are not manifests, 2 ignored, 3 hidden (--verbose lists them)",
      "",
    ]);
    expect(err.replaceAll(` --gate ${repositoryGate}`, "").split("\n")).toEqual([
      "postern: charts/shop: 3 files of a Helm chart are not judged; render it first: helm template charts/shop | postern review -",
      "postern: kustomize/overlays/production: 4 files of Kustomize are not judged; build it first: kustomize build kustomize/overlays/production | postern review -",
      "",
    ]);
  });

  it("lists the other files with --verbose", async () => {
    const { out } = await review("--verbose", ".");
    const skipped = out.split("\n").filter((line) => line.startsWith("skipped"));
    expect(skipped).toHaveLength(31);
    for (const line of [
      "skipped     .github  hidden",
      "skipped     attic  ignored",
      "skipped     charts/shop/Chart.yaml  not a manifest: the metadata of a Helm chart",
      "skipped     charts/shop/values-production.yaml  not a manifest: the values of a Helm chart",
      "skipped     docker-compose.yml  not a manifest: no apiVersion and kind",
      "skipped     kustomize/base/kustomization.yaml  not a manifest: a file of Kustomize",
      "skipped     kustomize/overlays/shared/labels.yaml  not a manifest: a patch or setting of Kustomize",
      "skipped     package.json  not a manifest: no apiVersion and kind",
      "skipped     skaffold.yaml  not a manifest: a file of Skaffold",
    ])
      expect(skipped).toContain(line);
    expect(out).toMatch(/\n26 files are not manifests, 2 ignored, 3 hidden\n$/);
  });

  it.each<[path: string, code: number]>([
    ["charts/shop", 1],
    ["kustomize/base", 0],
    ["deploy/soon.yaml", 0],
  ])("exits with --fail-on-unjudged for %s with %i", async (path, code) => {
    expect((await review("--fail-on-unjudged", path)).code).toBe(code);
  });

  it.each<[path: string, fault: string]>([
    ["charts/shop/values.yaml", "1: has no apiVersion; every object needs apiVersion and kind"],
    ["charts/shop/Chart.yaml", "1: has no kind; every object needs apiVersion and kind"],
    ["skaffold.yaml", "1: is a file of Skaffold, not an object of a cluster"],
    ["kustomize/base/kustomization.yaml", "1: is a file of Kustomize, not an object of a cluster"],
    ["kustomize/overlays/production/replicas.json", KUSTOMIZE],
    ["kustomize/overlays/production/web.patch.yaml", KUSTOMIZE],
    ["docker-compose.yml", "1: has no apiVersion; every object needs apiVersion and kind"],
    ["deploy/empty.yaml", " is empty"],
    [
      "charts/shop/templates/deployment.yaml",
      " is a template of a Helm chart; render it first: helm template charts/shop | postern review -",
    ],
  ])("refuses %s when it is named", async (path, fault) => {
    const { code, err } = await review(path);
    expect([code, err.replace(` --gate ${repositoryGate}`, "")]).toEqual([2, `postern: ${path}:${fault}\n`]);
  });

  it.each<[args: string[], command: string]>([
    [[], `postern review --gate ${repositoryGate} -`],
    [
      ["--cluster", "local", "--namespace", "shop", "--operation", "update"],
      `postern review --gate ${repositoryGate} --cluster local --operation UPDATE --namespace shop -`,
    ],
  ])(
    "names the command that judges what has to be rendered, with the options of this one: %j",
    async (args, command) => {
      for (const path of ["charts/shop", "charts/shop/templates/deployment.yaml"])
        expect((await review(...args, path)).err).toContain(
          `; render it first: helm template charts/shop | ${command}\n`,
        );
    },
  );

  it("quotes the folder in that command for a shell", async () => {
    quoted.write("it's/Chart.yaml", "name: a\n");
    quoted.write("it's/templates/a.yaml", "{{ .a }}\n");
    const run = () => runPostern(["review", "--use", "deny-labels", "it's"]);
    const { err } = await insideFolder(quoted.path, run);
    expect(err).toContain("helm template 'it'\\''s' | postern review --use deny-labels -\n");
  });

  it("reports a manifest that lacks one of the two, or has other documents beside it, and a file that is broken", async () => {
    other.write("kind.yaml", "kind: Pod\nmetadata: {name: a}\n");
    other.write("mixed.yaml", "apiVersion: v1\nkind: ConfigMap\n---\nreplicas: 3\n");
    other.write("open.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n");
    other.write("template.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .name }}}\n");
    const { code, err } = await review(other.path);
    expect(code).toBe(2);
    expect(err.replaceAll(`${other.path}/`, "")).toBe(
      [
        "postern: kind.yaml:1: has no apiVersion; every object needs apiVersion and kind",
        "postern: mixed.yaml:4: has no apiVersion; every object needs apiVersion and kind",
        "postern: open.yaml:3: spec: the [ that opens here is not closed",
        'postern: template.yaml:3: metadata.name: has a key that is a map or a list, as in a template that was not filled in ("{{ … }}"); keys are strings',
        "",
      ].join("\n"),
    );
  });
});

describe("mentionsObject", () => {
  it.each([
    "apiVersion: v1",
    '{"kind" : "Pod"}',
    "a: 1\n'apiVersion': v1",
    "{a: 1,kind: Pod}",
    "- kind: Pod",
    "\uFEFFkind: a",
  ])("finds a key of an object in %j", (text) => {
    expect(mentionsObject(text)).toBe(true);
  });
  it.each(["", "replicas: 3", '{"apiVersions": 1}', "mankind: a", "kinds:\n- a", "a: the kind"])(
    "finds none in %j",
    (text) => {
      expect(mentionsObject(text)).toBe(false);
    },
  );
});

describe("isOtherDocument", () => {
  it.each<[document: unknown, isOther: boolean]>([
    [{ apiVersion: "v1", kind: "Pod" }, false],
    [{ kind: "Pod", metadata: {} }, false],
    [{ apiVersion: "v1", metadata: {} }, false],
    [{ apiVersion: "v2", name: "chart" }, true],
    [{ kind: "DaemonSet", replicas: 3 }, true],
    [{ metadata: {} }, true],
    [{}, true],
    [[{ op: "add" }], true],
    ["text", true],
    [null, true],
  ])("of %j is %s", (document, isOther) => {
    expect(isOtherDocument(document)).toBe(isOther);
  });
});

describe("toolFile", () => {
  it.each<[object: object, what: string | undefined]>([
    [{ apiVersion: "kustomize.config.k8s.io/v1alpha1", kind: "Component" }, "a file of Kustomize"],
    [{ apiVersion: "builtin", kind: "PatchTransformer" }, "a file of Kustomize"],
    [{ apiVersion: "v1", kind: "Config", clusters: [] }, "a kubeconfig"],
    [{ apiVersion: "audit.k8s.io/v1", kind: "Policy" }, "a configuration of the API server"],
    [{ apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" }, undefined],
    [{ apiVersion: "cluster.x-k8s.io/v1beta1", kind: "Cluster" }, undefined],
    [{ apiVersion: "v1", kind: "Pod" }, undefined],
    [{ kind: "Pod" }, undefined],
  ])("of %j is %s", (object, what) => {
    expect(toolFile(object)).toBe(what);
  });
});
