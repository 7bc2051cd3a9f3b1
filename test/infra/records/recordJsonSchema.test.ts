import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RECORD_SCHEMA_FILE, recordJsonSchema } from "../../../infra/records/recordJsonSchema.ts";
import manifest from "../../../package.json" with { type: "json" };
import { DECISION_VERSION } from "../../../src/records/decision/decisionSchema.ts";

it("decision-record.schema.json is the schema that checks records; `npm run build` refreshes it", () => {
  const text = readFileSync(new URL(`../../../${RECORD_SCHEMA_FILE}`, import.meta.url), "utf8");
  expect(text).toBe(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`);
});

it("decision-record.schema.json has the version of records, refuses unknown members, and is in the package", () => {
  expect(recordJsonSchema()).toMatchObject({
    $id: `https://${DECISION_VERSION}/decision-record.schema.json`,
    additionalProperties: false,
    properties: { decision: { additionalProperties: false, properties: { apiVersion: { const: DECISION_VERSION } } } },
  });
  expect(RECORD_SCHEMA_FILE).toMatch(/^src\//);
  expect(manifest.files).toContain("src");
});
