import type { Container, Volume } from "kubernetes-types/core/v1.js";

/** Where the ServiceAccount plugin mounts its token, in containers that mount nothing there. */
export const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The ConfigMap with the CA of the cluster that the plugin mounts beside the token (RootCAConfigMap). */
const ROOT_CA = "kube-root-ca.crt";

/**
 * Removes the mounts at the path of the ServiceAccount's token that are not the plugin's, in place: the client may name a
 * volume as the plugin does, and so choose the token and the CA of the container. `tokenVolumes` are the
 * {@link tokenVolumeNames} of the Pod. A declared mount stays.
 */
export function dropForgedTokenMounts(
  container: Container,
  declared: Container,
  tokenVolumes: ReadonlySet<string>,
): void {
  const mounts: unknown = container.volumeMounts;
  if (!Array.isArray(mounts) || declared.volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_PATH)) return;
  const kept = mounts.filter((mount) => mount.mountPath !== TOKEN_PATH || tokenVolumes.has(mount.name));
  if (kept.length < mounts.length) container.volumeMounts = kept;
}

/** The names of the volumes that are as the plugin makes them. */
export function tokenVolumeNames(volumes: readonly Volume[] | undefined): ReadonlySet<string> {
  return new Set((volumes ?? []).filter(isTokenVolume).map(({ name }) => name));
}

/** Whether a volume is as the plugin makes it (`TokenVolumeSource`, plugin/pkg/admission/serviceaccount). */
function isTokenVolume({ projected }: Volume): boolean {
  const sources = projected?.sources ?? [];
  const isOfPlugin = (source: (typeof sources)[number]): boolean =>
    (source.serviceAccountToken !== undefined && source.serviceAccountToken.audience === undefined) ||
    source.configMap?.name === ROOT_CA ||
    source.downwardAPI !== undefined;
  return sources.some((source) => source.serviceAccountToken !== undefined) && sources.every(isOfPlugin);
}
