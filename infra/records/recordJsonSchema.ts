import * as z from "zod";
import { DECISION_VERSION, decisionRecordSchema } from "../../src/records/decision/decisionSchema.ts";

/** Where the JSON Schema of decision records is, from the project's folder. */
export const RECORD_SCHEMA_FILE = "src/records/decision/decision-record.schema.json";

/**
 * The JSON Schema (draft 2020-12) of decision records, built from the schema that checks them. `npm run build` writes it to
 * {@link RECORD_SCHEMA_FILE}.
 */
export function recordJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(decisionRecordSchema, { target: "draft-2020-12" });
  return {
    $schema,
    $id: `https://${DECISION_VERSION}/decision-record.schema.json`,
    title: "Postern decision record",
    ...schema,
  };
}
