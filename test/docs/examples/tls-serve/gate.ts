import { defineGate } from "postern";
import { requireLabels } from "postern/policies";

export default defineGate({
  name: "example",
  policies: [requireLabels({ labels: ["owner"] })],
  clusters: { local: { identity: "none" } },
});
