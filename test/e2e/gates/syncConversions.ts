import { conversion, defineGate } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";

/** Two versions with the same fields. The tests only check whether the gate can be called. */
const gateways = conversion({
  group: "example.com",
  kind: "Gateway",
  versions: ["v1", "v2"],
  hub: "v1",
  convert: { v2: { toHub: (object) => object, fromHub: (object) => object } },
});

/** A gate with a validator and a conversion. */
export default defineGate({
  name: "postern",
  policies: [denyLabels()],
  conversions: [gateways],
  clusters: { e2e: { identity: "none" } },
});
