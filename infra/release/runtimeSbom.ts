import * as z from "zod/mini";

const propertySchema = z.looseObject({ name: z.string(), value: z.string() });
const componentSchema = z.looseObject({
  "bom-ref": z.string(),
  name: z.string(),
  version: z.string(),
  properties: z.optional(z.array(propertySchema)),
});
const sbomSchema = z.looseObject({
  bomFormat: z.literal("CycloneDX"),
  metadata: z.looseObject({ component: componentSchema }),
  components: z.array(componentSchema),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.optional(z.array(z.string())) })),
});

/** A list of packages in CycloneDX. */
export type Sbom = z.infer<typeof sbomSchema>;

/**
 * The list of packages that `npm sbom` makes of the lock file, without those that only developers install, and named for the
 * package and not for its folder. `npm sbom --omit dev` is of no use here: it also leaves out a package that runs and that
 * a tool of developers needs as well, such as esbuild. Throws for another format.
 */
export function runtimeSbom(text: string, name: string): Sbom {
  const sbom = sbomSchema.parse(JSON.parse(text));
  const components = sbom.components.filter(({ properties = [] }) => !properties.some(isDevelopment));
  const kept = new Set([...components.map((it) => it["bom-ref"]), sbom.metadata.component["bom-ref"]]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map((it) => ({ ...it, dependsOn: it.dependsOn?.filter((ref) => kept.has(ref)) }));
  const metadata = { ...sbom.metadata, component: { ...sbom.metadata.component, name } };
  return { ...sbom, metadata, components, dependencies };
}

function isDevelopment({ name, value }: z.infer<typeof propertySchema>): boolean {
  return name === "cdx:npm:package:development" && value === "true";
}
