import { pluralOfKind } from "../../protocol/kubernetesNames.ts";
import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";
import type { KubernetesObject } from "./ResourceTypes.ts";

/**
 * Converts between one version and the hub. Each function may change its argument, and returns the converted object.
 * Integers beyond 2^53 are bigints in both.
 */
export interface HubConverter {
  readonly toHub: (object: KubernetesObject) => object;
  readonly fromHub: (object: KubernetesObject) => object;
}

/** The definition of a {@link conversion}. `V` are the names of the versions, `H` is the name of the hub. */
export interface ConversionDefinition<V extends string, H extends V> {
  /** The API group of the CustomResourceDefinition. */
  readonly group: string;
  readonly kind: string;
  /** The plural in the CRD's name `PLURAL.GROUP`. Default: derived from the kind, such as `gateways` for `Gateway`. */
  readonly plural?: string;
  /** All versions that the CRD serves or stores. */
  readonly versions: readonly V[];
  /**
   * The version that all others are converted to and from, so that n versions need n-1 converters. Default: the only
   * version without a converter.
   */
  readonly hub?: H;
  /** One converter for each version except the hub. The gate sets `apiVersion`, `kind` and the immutable metadata. */
  readonly convert: [H] extends [never]
    ? { readonly [From in V]?: HubConverter }
    : { readonly [From in Exclude<V, H>]: HubConverter };
}

/** A checked conversion of one kind. */
export interface Conversion {
  readonly group: string;
  readonly kind: string;
  /** The plural in the CRD's name `PLURAL.GROUP`. */
  readonly plural: string;
  readonly versions: readonly string[];
  readonly hub: string;
  readonly convert: Readonly<Record<string, HubConverter>>;
}

/** A converter throws this to tell the client why an object cannot be converted. Other errors go only to the log. */
export class ConversionError extends Error {
  readonly code = "not-convertible";
  constructor(message: string) {
    super(message);
    this.name = "ConversionError";
  }
}

/** Whether an error is a {@link ConversionError}. Compares the code, because a bundled gate has its own copy of the class. */
export function isConversionError(error: unknown): error is ConversionError {
  return error instanceof Error && "code" in error && error.code === "not-convertible";
}

/** The plural of a CRD is a DNS label that begins with a letter (`ValidateCustomResourceDefinition`, k8s.io/apiextensions-apiserver). */
const PLURAL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Defines the conversion of a custom resource between its versions. Throws {@link PolicyDefinitionError}. */
export function conversion<const V extends string, const H extends V = never>(
  definition: ConversionDefinition<V, H>,
): Conversion {
  const { group, kind, versions } = definition;
  const plural = definition.plural ?? pluralOfKind(String(kind));
  const name = `conversion of ${kind}.${group}`;
  const convert = new Map<string, HubConverter>(Object.entries(definition.convert));
  if (!group || !kind) throw new PolicyDefinitionError(name, "group", "and kind are required");
  if (typeof plural !== "string" || !PLURAL.test(plural))
    throw new PolicyDefinitionError(name, "plural", `is ${JSON.stringify(plural)}, which is not a DNS label`);
  const unconverted = versions.filter((version) => !convert.has(version));
  const hub: string | undefined = definition.hub ?? (unconverted.length === 1 ? unconverted[0] : undefined);
  if (hub === undefined)
    throw new PolicyDefinitionError(name, "hub", "is required unless exactly one version has no converter");
  if (!versions.some((version) => version === hub))
    throw new PolicyDefinitionError(
      name,
      "hub",
      `${JSON.stringify(hub)} is not one of the versions ${versions.join(", ")}`,
    );
  for (const version of versions) {
    const converter = convert.get(version);
    if (version === hub) continue;
    if (typeof converter?.toHub !== "function" || typeof converter.fromHub !== "function")
      throw new PolicyDefinitionError(name, `convert.${version}`, "must have the functions toHub and fromHub");
  }
  for (const version of convert.keys())
    if (version === hub || !versions.some((known) => known === version))
      throw new PolicyDefinitionError(
        name,
        `convert.${version}`,
        version === hub ? "is the hub, which has no converter" : "is not one of the versions",
      );
  return Object.freeze({ group, kind, plural, versions, hub, convert: Object.fromEntries(convert) });
}
