import { knownResource } from "../../../../src/cli/manifests/declaredResources.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import type { NativeObject } from "../nativeCases.ts";
import type { CorpusObject } from "./readCorpus.ts";

/** An object of the corpus as it is created: with a name of its own, in the namespace of the request. */
export interface CorpusRequest extends NativeObject {
  /** What the manifest says it is: `FILE: KIND NAME`. */
  readonly source: string;
}

/** The groups of namespaced objects that policies judge and each API server has. */
const GROUPS: readonly string[] = ["", "apps", "batch", "networking.k8s.io", "policy", "rbac.authorization.k8s.io"];

/** The namespaced objects of known kinds, to create in a namespace that holds none of them. */
export function corpusRequests(objects: readonly CorpusObject[]): CorpusRequest[] {
  return objects.flatMap(({ file, object }, index) => {
    const apiVersion = String(object.apiVersion);
    const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    const kind = String(object.kind);
    const { resource, namespaced, isGuess } = knownResource(group, kind);
    if (!namespaced || isGuess || !GROUPS.includes(group)) return [];
    const copy: KubeObject = structuredClone(object);
    const { namespace: _namespace, generateName: _generateName, name: own = "", ...metadata } = copy.metadata ?? {};
    return [
      {
        source: `${file}: ${kind} ${own}`,
        kind: { group, version, kind, resource, of: (pod) => pod },
        object: { ...copy, metadata: { ...metadata, name: `o-${index}` } },
      },
    ];
  });
}

/** The ServiceAccounts that the Pods name: without them the API server refuses the Pods. */
export function serviceAccountsOf(requests: readonly CorpusRequest[]): string[] {
  const names = requests.map(({ object }) => object.spec?.serviceAccountName ?? object.spec?.serviceAccount);
  return [...new Set(names.filter((name) => typeof name === "string" && name !== "default"))];
}
