import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { Cluster } from "../../cluster/Cluster.ts";

const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
const COMPONENT = fileURLToPath(new URL("../../../infra/kubernetes/components/rollout", import.meta.url));

/**
 * Applies the shipped manifests of the controller, with an overlay in `folder`. No Pod of the image runs. Resolves to a
 * token of its ServiceAccount.
 */
export async function installRollout(cluster: Cluster, folder: string): Promise<string> {
  const overlay = join(folder, "overlay");
  await mkdir(overlay);
  await symlink(BASE, join(overlay, "base"));
  await symlink(COMPONENT, join(overlay, "rollout"));
  await writeFile(join(overlay, "kustomization.yaml"), stringify({ resources: ["./base"], components: ["./rollout"] }));
  const { code, stderr } = await cluster.kubectl(["apply", "--server-side", "-k", overlay]);
  if (code !== 0) throw new Error(stderr);
  const { status, body } = await cluster.api.create(
    "/api/v1/namespaces/postern-system/serviceaccounts/postern-rollout/token",
    { spec: { expirationSeconds: 7200 } },
  );
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}
