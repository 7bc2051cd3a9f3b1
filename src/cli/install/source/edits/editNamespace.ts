import { installs } from "../../expression/build.ts";
import type { ManifestSet } from "../ManifestSet.ts";

/** The objects of the base that not only the sync needs. */
export function editNamespace(set: ManifestSet): void {
  const inNamespace = installs("sync", "watch", "gate", "rollout");
  set.installWhen("Namespace/postern-system", inNamespace);
  set.installWhen("NetworkPolicy/postern-deny-all", inNamespace);
}
