import { defineGate } from "postern";
import { denyLabels, disallowLatestTag } from "postern/policies";

export default defineGate({
  policies: [denyLabels(), disallowLatestTag()],
  clusters: {
    staging: { identity: "none" },
    production: { identity: "none", modes: { "disallow-latest-tag": "warn" } },
  },
});
