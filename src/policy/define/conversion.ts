import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";
import { pluralOfKind } from "./pluralOfKind.ts";
import type { KubernetesObject } from "./ResourceTypes.ts";

/** The two directions between one version and the hub. Each may change the object it is given, and returns the converted one. */
export interface HubConverter {
  readonly toHub: (object: KubernetesObject) => object;
  readonly fromHub: (object: KubernetesObject) => object;
}

/** What {@link conversion} takes. `V` are the versions' names, `H` is the hub's. */
export interface ConversionDefinition<V extends string, H extends V> {
  /** The API group of the CustomResourceDefinition. */
  readonly group: string;
  readonly kind: string;
  /** The plural in the CRD's name, `PLURAL.GROUP`. Default: that of the kind, as `Gateway` has `gateways`. */
  readonly plural?: string;
  /** Every version that the CRD serves or stores. */
  readonly versions: readonly V[];
  /**
   * The version that all others convert to and from, so that n versions need n-1 converters and not n². Default: the
   * one version that has no converter.
   */
  readonly hub?: H;
  /** One converter for each version but the hub. `apiVersion`, `kind` and the immutable metadata are set for them. */
  readonly convert: [H] extends [never]
    ? { readonly [From in V]?: HubConverter }
    : { readonly [From in Exclude<V, H>]: HubConverter };
}

/** A checked conversion of one kind. */
export interface Conversion {
  readonly group: string;
  readonly kind: string;
  /** The CRD is called `PLURAL.GROUP`. */
  readonly plural: string;
  readonly versions: readonly string[];
  readonly hub: string;
  readonly convert: Readonly<Record<string, HubConverter>>;
}

/** Thrown by a converter to tell the API server's client why an object cannot be converted. Other errors go to the log only. */
export class ConversionError extends Error {
  readonly code = "not-convertible";
  constructor(message: string) {
    super(message);
    this.name = "ConversionError";
  }
}

/** Whether a converter threw to tell the client why. By its code: a bundled gate brings a class of its own. */
export function isConversionError(error: unknown): error is ConversionError {
  return error instanceof Error && "code" in error && error.code === "not-convertible";
}

/** A CRD's plural is a DNS label (`ValidateCustomResourceDefinition`, k8s.io/apiextensions-apiserver). */
const PLURAL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Defines how objects of a custom resource go from one version to another. Throws {@link PolicyDefinitionError}. */
export function conversion<const V extends string, const H extends V = never>(
  definition: ConversionDefinition<V, H>,
): Conversion {
  const { group, kind, versions } = definition;
  const plural = definition.plural ?? pluralOfKind(String(kind));
  const name = `conversion of ${kind}.${group}`;
  const convert = new Map<string, HubConverter>(Object.entries(definition.convert));
  if (!group || !kind) throw new PolicyDefinitionError(name, "group", "and kind are needed");
  if (typeof plural !== "string" || !PLURAL.test(plural))
    throw new PolicyDefinitionError(name, "plural", `is ${JSON.stringify(plural)}, which is no DNS label`);
  const unconverted = versions.filter((version) => !convert.has(version));
  const hub: string | undefined = definition.hub ?? (unconverted.length === 1 ? unconverted[0] : undefined);
  if (hub === undefined)
    throw new PolicyDefinitionError(name, "hub", "is needed where not exactly one version goes without a converter");
  if (!versions.some((version) => version === hub))
    throw new PolicyDefinitionError(
      name,
      "hub",
      `${JSON.stringify(hub)} is none of the versions ${versions.join(", ")}`,
    );
  for (const version of versions) {
    const converter = convert.get(version);
    if (version === hub) continue;
    if (typeof converter?.toHub !== "function" || typeof converter.fromHub !== "function")
      throw new PolicyDefinitionError(name, `convert.${version}`, "needs the functions toHub and fromHub");
  }
  for (const version of convert.keys())
    if (version === hub || !versions.some((known) => known === version))
      throw new PolicyDefinitionError(
        name,
        `convert.${version}`,
        version === hub ? "is the hub itself" : "is none of the versions",
      );
  return Object.freeze({ group, kind, plural, versions, hub, convert: Object.fromEntries(convert) });
}
