import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";

/** The gate of the soak, and of tests of records on Workers. */
export default defineGate({
  policies: [denyLabels()],
  clusters: {
    soak: { records: { profile: "compliance" } },
    fast: { records: { profile: "latency", sample: 1 } },
    off: { records: { profile: "off" } },
  },
});
