import { expect, it } from "vitest";
import { complianceClusters } from "../../../../src/cli/dev/records/complianceClusters.ts";
import { defineGate } from "../../../../src/gate/config/defineGate.ts";

it("complianceClusters are those of the table with the profile compliance", () => {
  const clusters = {
    one: { identity: "none" },
    two: { identity: "none", records: { profile: "compliance" } },
    three: { identity: "none", records: { profile: "off" } },
  } as const;
  expect(complianceClusters({ gate: defineGate({ policies: [], clusters }) })).toEqual(["two"]);
  expect(complianceClusters({ gate: defineGate({ policies: [], clusters: async () => undefined }) })).toEqual([]);
  expect(complianceClusters({ gate: undefined })).toEqual([]);
});
