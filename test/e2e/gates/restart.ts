import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** Called for one namespace, fail-closed: a call that is lost is seen. */
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
  clusters: { e2e: {} },
});
