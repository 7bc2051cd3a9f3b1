import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels } from "../../../src/policies/index.ts";

/** The gate of sync.ts with break-glass: its webhooks may fail open. */
export default defineGate({
  name: "postern",
  policies: [denyLabels(), addLabels({ labels: { "example.com/checked": "yes" } })],
  entries: { default: { breakGlass: true } },
  clusters: { e2e: { identity: "none" } },
});
