import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** A gate with a validator and a mutator, so that large objects are read and patched. */
export default defineGate({
  name: "sizes",
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  entries: {
    all: {
      policies: ["deny-labels", "add-labels"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "sizes" } },
      timeoutSeconds: 10,
    },
  },
  clusters: { e2e: { identity: "none" } },
});
