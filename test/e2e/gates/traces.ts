import { defineGate, policy } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";

/** A gate that mutates and validates, whose cluster has the profile `compliance`. */
export default defineGate({
  name: "traces",
  policies: [
    denyLabels(),
    policy({
      name: "mark",
      match: { resources: ["pods"], operations: ["CREATE"] },
      mutate: (draft, { log }) => {
        log.info("marked");
        draft.metadata = {
          ...draft.metadata,
          annotations: { ...draft.metadata?.annotations, "example.com/marked": "1" },
        };
      },
    }),
  ],
  entries: {
    traced: {
      policies: ["deny-labels", "mark"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "traced" } },
      failurePolicy: "Fail",
      timeoutSeconds: 10,
    },
  },
  clusters: { e2e: { identity: "none", records: { profile: "compliance", objects: "redacted" } } },
});
