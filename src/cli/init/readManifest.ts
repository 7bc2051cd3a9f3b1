import { readFileSync } from "node:fs";
import * as z from "zod/mini";

const manifestSchema = z.object({
  version: z.optional(z.string()),
  dependencies: z.optional(z.record(z.string(), z.string())),
  devDependencies: z.optional(z.record(z.string(), z.string())),
});

/** Reads a package.json. Throws for a file that cannot be read, or is none. */
export function readManifest(file: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}
