import { defineGate } from "../../src/index.ts";
import { denyLabels, disallowLatestTag, requireLabels } from "../../src/policies/index.ts";

/** Three rules, on Pods and on workloads' Pod templates; `admissionPolicy.ts` says the same of Pods in CEL. */
export default defineGate({
  name: "bench",
  policies: [denyLabels(), disallowLatestTag(), requireLabels({ labels: ["team"] })],
  clusters: { e2e: {} },
});
