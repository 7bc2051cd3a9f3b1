import { defineGate } from "../../../src/index.ts";
import { addLabels, denyLabels, disallowLatestTag } from "../../../src/policies/index.ts";

/** Clusters `prod-1` to `prod-40`. */
const NAMES = Array.from({ length: 40 }, (_, index) => `prod-${index + 1}`);

/** A gate of a platform team with many clusters. */
export default defineGate({
  name: "fleet",
  policies: [denyLabels(), disallowLatestTag(), addLabels({ labels: { "example.com/checked": "yes" } })],
  clusters: Object.fromEntries(NAMES.map((name) => [name, { identity: "none" as const }])),
});
