import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { CAPABILITY_TOKEN_FOLDER } from "../../../src/cli/sync/capabilityFetcher.ts";
import { parseSyncConfig } from "../../../src/sync/goal/parseSyncConfig.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests of many kinds, whose members are read by path.
type Any = any;

const read = (path: string): string =>
  readFileSync(new URL(`../../../infra/kubernetes/${path}`, import.meta.url), "utf8");
const { patches } = parse(read("components/capability/kustomization.yaml"));
const added = patches.map(({ target, patch }: Any) => [target.kind, parse(patch)]);

it.each([
  ["CronJob", "base/cronjob.yaml", "/spec/jobTemplate/spec/template/spec"],
  ["Deployment", "components/watch/deployment.yaml", "/spec/template/spec"],
])("the component capability mounts a token for the gate alone in the %s of the sync", (kind, file, path) => {
  const [, [volume, mount]] = added.find(([name]: Any) => name === kind);
  expect(volume.path).toBe(`${path}/volumes/-`);
  expect(mount.path).toBe(`${path}/containers/0/volumeMounts/-`);
  expect(mount.value).toEqual({ name: volume.value.name, mountPath: CAPABILITY_TOKEN_FOLDER, readOnly: true });
  // One source: the folder has nothing but this token.
  expect(volume.value.projected.sources).toEqual([
    { serviceAccountToken: { path: "token", audience: "https://gate.example.com/token", expirationSeconds: 3600 } },
  ]);
  // The README's overlay replaces the audience of this volume by its index.
  const { spec } = parse(read(file));
  const { volumes } = (spec.jobTemplate?.spec ?? spec).template.spec;
  expect(read("README.md")).toContain(`/volumes/${volumes.length}/projected/sources/0/serviceAccountToken/audience`);
});

it("the README's overlay eks is complete", async () => {
  const blocks = read("README.md").matchAll(/^```yaml\n# infra\/kubernetes\/overlays\/eks\/(\S+)\n([\s\S]*?)^```$/gm);
  const files = new Map([...blocks].map(([, name = "", text = ""]) => [name, text]));
  const {
    resources,
    components,
    images,
    configMapGenerator,
    patches: own,
  } = parse(files.get("kustomization.yaml") ?? "");
  expect([resources, components]).toEqual([["../../base"], ["../../components/capability"]]);
  expect(images.map(({ name }: Any) => name)).toEqual(["postern"]);
  expect(configMapGenerator).toMatchObject([
    { name: "postern-sync", behavior: "replace", files: ["sync.yaml", "hosts"] },
  ]);
  const operations = own.flatMap(({ patch }: Any) => parse(patch));
  expect(operations).toContainEqual({ op: "remove", path: "/spec/suspend" });
  const config = await parseSyncConfig({
    name: "sync.yaml",
    text: files.get("sync.yaml") ?? "",
    readFile: () => Promise.reject(new Error("the config names no file")),
  });
  expect(config.capability?.tokenFile.startsWith(`${CAPABILITY_TOKEN_FOLDER}/`)).toBe(true);
  const [host = "", ...others] = (files.get("hosts") ?? "").trim().split("\n");
  expect(others).toEqual([]);
  // The audience, the config and the list of the policy name one place.
  expect(operations.map(({ value }: Any) => value)).toContain(`https://${host}/token`);
  expect(parse(files.get("sync.yaml") ?? "").hosts).toEqual([host]);
});
