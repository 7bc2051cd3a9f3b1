import { defineGate } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";

const suite = (name: string) => ({ matchLabels: { "postern.dev/suite": name } });

/** The same policy twice: where a call that fails refuses the request, and where it lets it through. */
export default defineGate({
  name: "failures",
  policies: [denyLabels({ name: "closed-labels" }), denyLabels({ name: "open-labels" })],
  entries: {
    closed: {
      policies: ["closed-labels"],
      namespaceSelector: suite("closed"),
      failurePolicy: "Fail",
      timeoutSeconds: 2,
    },
    open: { policies: ["open-labels"], namespaceSelector: suite("open"), failurePolicy: "Ignore", timeoutSeconds: 2 },
  },
  clusters: { e2e: {} },
});
