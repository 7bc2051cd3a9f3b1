import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** A gate with a validator and a mutator. A request fails when either webhook cannot be called. */
export default defineGate({
  name: "postern",
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  clusters: { e2e: { identity: "none" } },
});
