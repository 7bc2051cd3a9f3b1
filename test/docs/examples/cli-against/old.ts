import { defineGate } from "postern";
import { denyLabels, disallowLatestTag } from "postern/policies";

export default defineGate({
  policies: [denyLabels(), disallowLatestTag()],
  clusters: { production: { identity: "none" }, staging: { identity: "none" } },
  stages: [
    { policies: ["disallow-latest-tag"], mode: "warn", since: "2026-09-01" },
    { policies: ["disallow-latest-tag"], mode: "enforce", since: "2035-02-01" },
  ],
});
