import { defineGate } from "../../../src/index.ts";
import { denyLabels, disallowLatestTag, requireLabels } from "../../../src/policies/index.ts";

/** A gate with three rules for Pods and Pod templates. `admissionPolicy.ts` has the same rules for Pods in CEL. */
export default defineGate({
  name: "bench",
  policies: [denyLabels(), disallowLatestTag(), requireLabels({ labels: ["team"] })],
  clusters: { e2e: { identity: "none" } },
});
