import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import schema from "../../../src/cli/outputs.schema.json" with { type: "json" };

let ajv: Ajv2020 | undefined;

/** What a JSON output has that its definition in `outputs.schema.json` does not permit; null when it has the schema. */
export function outputFaults(definition: string, output: unknown): ErrorObject[] | null {
  ajv ??= new Ajv2020({ allErrors: true }).addSchema(schema, "outputs");
  ajv.validate(`outputs#/$defs/${definition}`, output);
  return ajv.errors ?? null;
}
