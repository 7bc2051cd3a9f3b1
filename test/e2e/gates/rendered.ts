import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels, requireLabels } from "../../../src/policies/index.ts";

/** A typical gate of a team, with two entries for the namespaces of the suite. */
export default defineGate({
  name: "rendered",
  policies: [
    denyLabels(),
    requireLabels({ labels: ["team"] }),
    addLabels({ labels: { "example.com/checked": "yes" } }),
  ],
  entries: {
    strict: {
      policies: ["require-labels"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "rendered" } },
      timeoutSeconds: 3,
    },
    labels: {
      policies: ["deny-labels", "add-labels"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "rendered" } },
    },
  },
  clusters: { e2e: { identity: "none" } },
});
