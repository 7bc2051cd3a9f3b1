import { defineGate, deny, policy } from "postern";
import { addLabels } from "postern/policies";

export default defineGate({
  policies: [
    addLabels({ labels: { team: "web" } }),
    policy({
      name: "no-flocks",
      match: { apiGroups: ["example.com"], resources: ["flocks"] },
      validate: () => deny("flocks are not admitted"),
    }),
  ],
  clusters: { production: { identity: "none" } },
});
