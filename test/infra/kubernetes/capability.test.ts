import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readInstallConfig } from "../../../src/cli/install/config/readInstallConfig.ts";
import { installObjects } from "../../../src/cli/install/installObjects.ts";
import { CAPABILITY_TOKEN_FOLDER } from "../../../src/cli/sync/capabilityFetcher.ts";
import { parseSyncConfig } from "../../../src/sync/goal/parseSyncConfig.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds, whose members are read by path.
type Any = any;

const read = (path: string): string =>
  readFileSync(new URL(`../../../infra/kubernetes/${path}`, import.meta.url), "utf8");
const { patches } = parse(read("components/capability/kustomization.yaml"));
const added = patches.map(({ target, patch }: Any) => [target.kind, parse(patch)]);

it.each([
  ["CronJob", "/spec/jobTemplate/spec/template/spec"],
  ["Deployment", "/spec/template/spec"],
])("the component capability mounts a token for the gate alone in the %s of the sync", (kind, path) => {
  const [, [volume, mount]] = added.find(([name]: Any) => name === kind);
  expect(volume.path).toBe(`${path}/volumes/-`);
  expect(mount.path).toBe(`${path}/containers/0/volumeMounts/-`);
  expect(mount.value).toEqual({ name: volume.value.name, mountPath: CAPABILITY_TOKEN_FOLDER, readOnly: true });
  // One source: the folder has nothing but this token.
  expect(volume.value.projected.sources).toEqual([
    { serviceAccountToken: { path: "token", audience: "https://gate.example.com/token", expirationSeconds: 3600 } },
  ]);
});

it("the README's config eks gives a sync whose token, config and places name one host", async () => {
  const [, text = ""] = /^```yaml\n# eks\.yaml\n([\s\S]*?)^```$/m.exec(read("README.md")) ?? [];
  const result = await readInstallConfig({ file: "eks.yaml", text, components: [] });
  if (!("scope" in result)) throw new Error(JSON.stringify(result));
  const objects: Any[] = installObjects(result.scope);
  const { data } = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "postern-sync");
  const { spec } = objects.find(({ kind }) => kind === "CronJob");
  expect(spec.suspend).toBeUndefined();
  const config = await parseSyncConfig({
    name: "sync.yaml",
    text: data["sync.yaml"],
    readFile: () => Promise.reject(new Error("the config names no file")),
  });
  expect(config.capability?.tokenFile.startsWith(`${CAPABILITY_TOKEN_FOLDER}/`)).toBe(true);
  const [host = "", ...others] = data.hosts.trim().split("\n");
  expect(others).toEqual([]);
  const { volumes } = spec.jobTemplate.spec.template.spec;
  const token = volumes.find(({ name }: Any) => name === "capability-token");
  expect(token.projected.sources[0].serviceAccountToken.audience).toBe(`https://${host}/token`);
  expect(parse(data["sync.yaml"]).hosts).toEqual([host]);
});
