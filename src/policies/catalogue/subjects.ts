/** The subjects of the built-in policies, by their folders, in the order in which people read them. */
export const subjects: ReadonlyMap<string, string> = new Map([
  ["pod-security", "Pod Security Standards"],
  ["security", "Security of Pods and containers"],
  ["workloads", "Workloads"],
  ["images", "Images"],
  ["resources", "Requests and limits"],
  ["labels", "Labels and annotations"],
  ["objects", "Objects of any kind"],
  ["network", "Services and Ingresses"],
  ["rbac", "Rights (RBAC)"],
  ["storage", "Storage"],
  ["defaults", "Defaults of Pods"],
  ["sidecar", "Sidecars"],
]);
