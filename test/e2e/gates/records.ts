import { defineGate } from "../../../src/index.ts";
import { denyLabels } from "../../../src/policies/index.ts";
import { patience } from "../../run/speedFactor.ts";
import { inSeconds } from "../run/inSeconds.ts";

/** A gate whose cluster has the profile `compliance`. */
export default defineGate({
  name: "records",
  policies: [denyLabels()],
  entries: {
    recorded: {
      policies: ["deny-labels"],
      namespaceSelector: { matchLabels: { "postern.dev/suite": "recorded" } },
      failurePolicy: "Fail",
      // Enough for a call with one retry. A gate allows at most 10 s.
      timeoutSeconds: Math.min(10, inSeconds(patience(3_000))),
    },
  },
  clusters: { e2e: { identity: "none", records: { profile: "compliance", objects: "redacted" } } },
});
