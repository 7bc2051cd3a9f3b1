import type * as z from "zod/mini";
import { CheckWriter } from "./CheckWriter.ts";

/** A schema, and the module to generate from it. */
export interface CheckSource {
  readonly schema: z.core.$ZodType;
  /** The name of the schema's export. The check of `aSchema` is `checkA`. */
  readonly schemaName: string;
  /** The module of the schema. A path from `src/`. */
  readonly schemaFile: string;
  /** The module to write. A path from `src/`. */
  readonly file: string;
}

/**
 * The text of a module with one check: plain code that accepts what a zod schema accepts, and returns the fault of zod's
 * first issue for everything else. The check returns the value itself, not a copy without unknown members. The text is
 * not formatted. Throws `UnknownSchemaError`.
 */
export function checkModule({ schema, schemaName, schemaFile, file }: CheckSource): string {
  const writer = new CheckWriter(schema);
  const what = schemaName.replace(/Schema$/, "");
  const imports = Object.entries(writer.helpers).map(
    ([module, names]) => `import { ${names.join(", ")} } from "${importPath(file, module)}";`,
  );
  const type = `z.infer<typeof ${schemaName}>`;
  return `// Generated from ${schemaName} by infra/checks/checkModule.ts. \`npm run build\` refreshes it.
import type * as z from "zod/mini";
import type { DecodeFault, DecodeResult } from "${importPath(file, "protocol/review/DecodeResult.ts")}";
${imports.join("\n")}
import type { ${schemaName} } from "${importPath(file, schemaFile)}";

/** Checks a value as {@link ${schemaName}} does. Returns the value itself, or the fault of zod's first issue. */
export function check${capitalized(what)}(value: unknown): DecodeResult<${type}> {
  const fault = ${writer.root}(value);
  // The schema's type describes a value without a fault. Tests compare this check with zod.
  return fault === undefined ? { ok: true, value: value as ${type} } : { ok: false, fault };
}

${writer.functions.join("\n")}`;
}

function importPath(from: string, to: string): string {
  const up = from.split("/").slice(0, -1);
  const down = to.split("/");
  while (up.length > 0 && up[0] === down[0]) {
    up.shift();
    down.shift();
  }
  return `${up.length === 0 ? "./" : "../".repeat(up.length)}${down.join("/")}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
