import { expect, it } from "vitest";
import { parse } from "yaml";
import { readInstallConfig } from "../../../../src/cli/install/config/readInstallConfig.ts";
import { kustomizeOverlay } from "../../../../src/cli/install/output/kustomizeOverlay.ts";

const TEXT = `cluster: production
components: [watch]
hosts: [gate.example.com]
trust: { roots: [cloudflare] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
images: { postern: "postern:1" }
`;

it.each([
  ["../../infra/kubernetes", "../../infra/kubernetes/base", "../../infra/kubernetes/components/watch"],
  ["infra/", "infra/base", "infra/components/watch"],
  [
    "https://github.com/x/y//infra/kubernetes?ref=v1",
    "https://github.com/x/y//infra/kubernetes/base?ref=v1",
    "https://github.com/x/y//infra/kubernetes/components/watch?ref=v1",
  ],
  ["github.com/x/y//infra", "github.com/x/y//infra/base", "github.com/x/y//infra/components/watch"],
])("an overlay over %s names its folders", async (manifests, base, watch) => {
  const read = await readInstallConfig({ file: "postern.yaml", text: TEXT, components: [] });
  if (!("scope" in read)) throw new Error("the config has a fault");
  const files = kustomizeOverlay(read.config, read.scope, manifests);
  expect(parse(files["kustomization.yaml"] ?? "")).toMatchObject({ resources: [base], components: [watch] });
});
