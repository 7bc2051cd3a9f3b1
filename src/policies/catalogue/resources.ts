import { limitResources } from "../resources/limitResources.ts";
import { requireResources } from "../resources/requireResources.ts";
import type { CatalogueEntry } from "./CatalogueEntry.ts";
import { podManifest } from "./podManifest.ts";

/** The built-in policies on CPU and memory. */
export const resources: readonly CatalogueEntry[] = [
  {
    builtin: "requireResources",
    make: () => requireResources(),
    options: "",
    why: "The scheduler places Pods by their requests, and only a limit stops a container that takes all memory of its node.",
    controls: ["NSA: Resource policies"],
    passing: podManifest("resources:\n  requests:\n    cpu: 100m\n    memory: 128Mi\n  limits:\n    memory: 128Mi"),
    failing: podManifest("resources:\n  requests:\n    cpu: 100m"),
  },
  {
    builtin: "limitResources",
    make: () => limitResources({ maximum: { cpu: { request: "4" }, memory: { limit: "8Gi", ratio: 2 } } }),
    options: '{ maximum: { cpu: { request: "4" }, memory: { limit: "8Gi", ratio: 2 } } }',
    why: "One container with a typing error reserves a node for itself. Limits far above requests promise memory that nodes do not have.",
    controls: ["NSA: Resource policies"],
    passing: podManifest("resources:\n  requests:\n    cpu: 500m\n    memory: 1Gi\n  limits:\n    memory: 2Gi"),
    failing: podManifest("resources:\n  requests:\n    cpu: 500m\n    memory: 1Gi\n  limits:\n    memory: 64Gi"),
  },
];
