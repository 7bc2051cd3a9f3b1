import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod/mini";
import { kubectlTags } from "../../manifests/kubectlTags.ts";
import { call, installs, value } from "../expression/build.ts";
import type { Expression } from "../expression/Expression.ts";
import { addPatch } from "./addPatch.ts";
import { ManifestSet } from "./ManifestSet.ts";

/** The folder of the manifests, in this repository and in the package. */
export const MANIFESTS = new URL("../../../../infra/kubernetes/", import.meta.url);

const issuer = (kind: string): Expression =>
  call("every", installs("gate"), call("equals", value("issuer.kind"), kind));

/** The kustomizations in the order in which an overlay lists them, and when the config installs them. */
export const PARTS: readonly (readonly [folder: string, when: Expression])[] = [
  ["base", installs("sync", "watch")],
  ["components/watch", installs("watch")],
  ["components/gate", installs("gate")],
  ["components/issuer-ca", issuer("ca")],
  ["components/issuer-acme-http01", issuer("acme-http01")],
  ["components/issuer-acme-dns01", issuer("acme-dns01")],
  ["components/capability", call("every", installs("sync", "watch"), value("capability.enabled"))],
  ["components/rollout", installs("rollout")],
  ["components/tls-sidecar", installs("tls-sidecar")],
  ["components/pinned-images", value("pinnedImages")],
];

/** What the kustomizations of this folder use. Anything else is a fault, so that nothing is passed over. */
const kustomizationSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.enum(["Kustomization", "Component"]),
  labels: z.array(z.strictObject({ pairs: z.record(z.string(), z.string()) })),
  resources: z.optional(z.array(z.string())),
  patches: z.optional(
    z.array(
      z.strictObject({
        target: z.optional(z.strictObject({ kind: z.string(), name: z.string() })),
        patch: z.string(),
      }),
    ),
  ),
  configMapGenerator: z.optional(
    z.array(
      z.strictObject({
        name: z.string(),
        files: z.array(z.string()),
        options: z.strictObject({ disableNameSuffixHash: z.literal(true) }),
      }),
    ),
  ),
});

/** As kubectl and kustomize read YAML: 0444 is octal. */
const AS_KUBECTL = { version: "1.1", customTags: kubectlTags } as const;
const read = (path: string): string => readFileSync(new URL(path, MANIFESTS), "utf8");

/** Reads the shipped manifests as kustomize does. Each object and each patch has the condition of its kustomization. */
export function readManifests(): ManifestSet {
  const set = new ManifestSet();
  for (const [folder, when] of PARTS) {
    const { labels, resources, patches, configMapGenerator } = kustomizationSchema.parse(
      parse(read(`${folder}/kustomization.yaml`)),
    );
    for (const file of resources ?? [])
      for (const document of parseAllDocuments(read(`${folder}/${file}`), AS_KUBECTL))
        set.add(`${folder}/${file}`, when, document.toJS());
    for (const { name, files } of configMapGenerator ?? [])
      set.add(`${folder}/configmap.yaml`, when, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name },
        data: Object.fromEntries(files.map((file) => [file, read(`${folder}/${file}`)])),
      });
    for (const { target, patch } of patches ?? []) addPatch(set, when, target, parse(patch, AS_KUBECTL));
    for (const { pairs } of labels) set.label(pairs);
  }
  return set;
}
