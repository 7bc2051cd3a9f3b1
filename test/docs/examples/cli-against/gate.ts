import { defineGate } from "postern";
import { denyLabels, disallowLatestTag } from "postern/policies";

export default defineGate({
  policies: [disallowLatestTag(), denyLabels()],
  clusters: {
    production: { identity: "none", namespaces: [{ names: ["team-*"], modes: { "deny-labels": "warn" } }] },
    staging: { identity: "none" },
  },
  stages: [
    { policies: ["disallow-latest-tag"], mode: "warn", since: "2026-09-01" },
    { policies: ["disallow-latest-tag"], mode: "enforce", since: "2035-04-01" },
  ],
  exceptions: [
    {
      policy: "disallow-latest-tag",
      namespaces: ["legacy"],
      until: "2035-06-01",
      owner: "team-shop",
      reason: "SHOP-7",
    },
  ],
});
