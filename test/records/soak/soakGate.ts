import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";

/** The gate of the soak, and of tests of records on Workers. */
export default defineGate({
  policies: [denyLabels()],
  clusters: {
    soak: { identity: "none", records: { profile: "compliance" } },
    fast: { identity: "none", records: { profile: "latency", sample: 1 } },
    off: { identity: "none", records: { profile: "off" } },
  },
});
