import { defineGate } from "../src/gate/defineGate.ts";
import { denyLabels } from "../src/policies/denyLabels.ts";

/** The gate that this repository deploys. */
export default defineGate({
  policies: [denyLabels()],
  clusters: { local: {} },
});
