import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { isBuiltInGroup, type KindResource, resourceOfKind } from "./resourceOfKind.ts";

/** A kind that a CustomResourceDefinition of the input declares. */
export interface DeclaredResource extends KindResource {
  /** The versions that an API server serves. */
  readonly versions: readonly string[];
}

/** Declared kinds by `group/kind`. */
export type DeclaredResources = ReadonlyMap<string, DeclaredResource>;

/**
 * The custom resources that the CustomResourceDefinitions among some objects declare: `apiextensions.k8s.io/v1`
 * (`spec.names.plural`, `spec.scope`, `spec.versions[].served`) and v1beta1 (also `spec.version`). When a kind is declared
 * twice, the first counts, with the versions of both. A definition that lacks one of these fields declares nothing.
 */
export function declaredResources(objects: Iterable<JsonObject>): DeclaredResources {
  const declared = new Map<string, DeclaredResource>();
  for (const object of objects) {
    const found = readDefinition(object);
    if (found === undefined) continue;
    const [key, resource] = found;
    const before = declared.get(key);
    declared.set(
      key,
      before === undefined
        ? resource
        : { ...before, versions: [...new Set([...before.versions, ...resource.versions])] },
    );
  }
  return declared;
}

/** The resource of a kind, and how it is known. */
export interface KnownResource extends KindResource {
  /** Whether it is derived from the name of the kind only: the kind is neither built in nor declared. */
  readonly isGuess: boolean;
  /** The versions that are served, where the kind is declared. */
  readonly versions?: readonly string[];
}

/** The resource of a kind: built in, declared, or a guess. */
export function knownResource(group: string, kind: string, declared?: DeclaredResources): KnownResource {
  const byName = resourceOfKind(group, kind);
  if (isBuiltInGroup(group)) return { ...byName, isGuess: false };
  const found = declared?.get(`${group}/${kind}`);
  return found === undefined ? { ...byName, isGuess: true } : { ...found, isGuess: false };
}

function readDefinition({ apiVersion, kind, spec }: JsonObject): [key: string, DeclaredResource] | undefined {
  if (kind !== "CustomResourceDefinition" || !String(apiVersion).startsWith("apiextensions.k8s.io/")) return undefined;
  if (!isJsonObject(spec) || !isJsonObject(spec.names)) return undefined;
  const { group, names, scope } = spec;
  if (typeof group !== "string" || typeof names.kind !== "string" || typeof names.plural !== "string") return undefined;
  const resource = { resource: names.plural, namespaced: scope !== "Cluster", versions: served(spec) };
  return [`${group}/${names.kind}`, resource];
}

function served({ version, versions }: JsonObject): string[] {
  if (!Array.isArray(versions)) return typeof version === "string" ? [version] : [];
  return versions.flatMap((it: unknown) =>
    isJsonObject(it) && typeof it.name === "string" && it.served !== false ? [it.name] : [],
  );
}
