import { defineGate } from "postern";
import { addLabels, denyLabels } from "postern/policies";

export default defineGate({
  policies: [denyLabels(), addLabels({ labels: { team: "web" } })],
  clusters: { production: { identity: "none" }, staging: { identity: "none", mode: "warn" } },
});
