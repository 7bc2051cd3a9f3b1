import * as z from "zod/mini";
import { installSchema } from "../../src/cli/install/config/installSchema.ts";
import { isJsonObject } from "../../src/protocol/Json.ts";
import { CONFIG_KEYS } from "./configKeys.ts";

/** The JSON Schema of the chart's values, built from the schema of the config file. */
export function chartSchema(): object {
  const { $schema: _, ...schema } = z.toJSONSchema(installSchema, { target: "draft-2020-12", unrepresentable: "any" });
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Config of postern install",
    ...schema,
    properties: {
      ...Object.fromEntries(
        Object.entries(properties).map(([key, part]) => [
          key,
          { description: CONFIG_KEYS[key]?.meaning, ...Object(part) },
        ]),
      ),
      // Helm adds it for the charts of a chart.
      global: { type: "object" },
    },
  };
}
