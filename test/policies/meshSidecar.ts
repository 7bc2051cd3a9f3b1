import type { Container, Volume } from "kubernetes-types/core/v1.js";

const agent = {
  name: "log-agent",
  image: "log:1",
  args: ["--größe", "🚀"],
  resources: { requests: { cpu: "0.5", memory: "1024Mi" } },
};
const proxy = { name: "mesh", image: "mesh:1", restartPolicy: "Always", stdin: false, env: [] };
const setup = { name: "mesh-setup", image: "mesh-setup:1" };
const logs = { name: "logs", emptyDir: { sizeLimit: "0.5Gi" } };

/** A sidecar with a part of each kind, as people write it: without defaults and normalized quantities. */
export const meshSidecar = {
  containers: [agent],
  initContainers: [setup, proxy],
  volumes: [logs],
  annotations: { "example.com/logs": "ja ✓", "prometheus.io/port": "1" },
} satisfies { containers: [Container]; initContainers: [Container, Container]; volumes: [Volume]; annotations: object };
