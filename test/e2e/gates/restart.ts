import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** A gate for the namespaces of the suite. It fails closed, so that the test sees a lost call. */
export default defineGate({
  name: "restart",
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  entries: {
    all: {
      policies: ["deny-labels", "add-labels"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "restart" } },
      failurePolicy: "Fail",
      timeoutSeconds: 10,
    },
  },
  clusters: { e2e: { identity: "none" } },
});
