import { defineGate, deny, policy } from "../../../src/index.ts";
import { requireResources } from "../../../src/policies/index.ts";

/** A gate with policies on what subresources change. */
export default defineGate({
  name: "subresources",
  policies: [
    requireResources({ podTemplates: false, onExisting: "deny" }),
    policy({
      name: "few-replicas",
      match: { resources: ["deployments", "deployments/scale"] },
      validate: ({ object }) => ((object.spec?.replicas ?? 1) > 3 ? deny("at most 3 replicas") : undefined),
    }),
    policy({
      name: "no-evil",
      match: { resources: ["pods/binding"], operations: ["CREATE"] },
      validate: ({ object }) => (object.metadata?.labels?.evil === undefined ? undefined : deny("no evil")),
    }),
  ],
  entries: { default: { namespaceSelector: { matchLabels: { "postern.dev/suite": "subresources" } } } },
  clusters: { e2e: { identity: "none" } },
});
