import { defineGate } from "postern";
import { addLabels, injectSidecar } from "postern/policies";

export default defineGate({
  policies: [
    addLabels({ labels: { "example.com/team": "shop" } }),
    injectSidecar({
      initContainers: [{ name: "proxy", image: "registry.example.com/proxy:1.4", restartPolicy: "Always" }],
    }),
  ],
  clusters: { production: { identity: "none" } },
});
