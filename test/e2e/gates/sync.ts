import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** A gate with validators and mutators, so that a request is refused where either cannot be called. */
export default defineGate({
  name: "postern",
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  clusters: { e2e: {} },
});
