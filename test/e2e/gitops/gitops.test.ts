import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GoModule, moduleFolder } from "../../cluster/build/moduleFolder.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";

const EXAMPLES = fileURLToPath(new URL("../../../infra/gitops", import.meta.url));

/** The projects' own CustomResourceDefinitions. */
const DEFINITIONS: readonly (GoModule & { readonly files: readonly string[] })[] = [
  {
    path: "github.com/argoproj/argo-cd/v3",
    version: "v3.5.7",
    sum: "h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=",
    files: ["manifests/crds/application-crd.yaml", "manifests/crds/applicationset-crd.yaml"],
  },
  {
    path: "github.com/fluxcd/kustomize-controller",
    version: "v1.9.6",
    sum: "h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=",
    files: ["config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"],
  },
  {
    path: "github.com/fluxcd/source-controller",
    version: "v1.9.6",
    sum: "h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=",
    files: ["config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml"],
  },
];
const NAMES = [
  "applicationsets.argoproj.io",
  "kustomizations.kustomize.toolkit.fluxcd.io",
  "gitrepositories.source.toolkit.fluxcd.io",
];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ progress: () => undefined });
  const files = await Promise.all(
    DEFINITIONS.map(async ({ files, ...module }) => {
      const folder = await moduleFolder(module);
      return files.flatMap((file) => ["-f", join(folder, file)]);
    }),
  );
  await expectKubectl(["apply", "--server-side", ...files.flat()]);
  for (const name of NAMES) await eventually(`${name} to be served`, () => established(name));
  for (const namespace of ["argocd", "flux-system"]) await expectKubectl(["create", "namespace", namespace]);
});
afterAll(() => cluster?.stop());

/** True when the API server serves the objects of a definition. */
async function established(name: string): Promise<true | undefined> {
  const { body } = await cluster.api.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`);
  const conditions: readonly { type: string; status: string }[] = body.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Established" && status === "True") ? true : undefined;
}

async function expectKubectl(args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

const create = (text: string) => cluster.kubectl(["create", "--dry-run=server", "--validate=strict", "-f", "-"], text);

describe.each([
  ["argocd/applicationset.yaml", /^applicationset\.argoproj\.io\/postern-registrations created \(server dry run\)$/m],
  [
    "flux/registrations.yaml",
    /^gitrepository\.source\.toolkit\.fluxcd\.io\/clusters created \(server dry run\)\nkustomization\.kustomize\.toolkit\.fluxcd\.io\/postern-registrations created \(server dry run\)$/m,
  ],
])("the example %s", (file, created) => {
  it("is accepted by an API server that has the schemas of the project, with strict validation", async () => {
    const { code, stdout, stderr } = await create(await readFile(join(EXAMPLES, file), "utf8"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(created);
  });

  it("is refused when a word of it is misspelt", async () => {
    const text = await readFile(join(EXAMPLES, file), "utf8");
    for (const word of [...text.matchAll(/^ +(\w{5,}):/gm)].map(([, it = ""]) => it)) {
      // Names in a selector or a template may be anything.
      const { code, stderr } = await create(text.replace(new RegExp(`^( +)${word}:`, "m"), `$1${word}x:`));
      expect([word, code]).toEqual([word, 1]);
      expect(stderr).toMatch(/unknown field|Required value|is required|must not be empty/);
    }
  });
});
