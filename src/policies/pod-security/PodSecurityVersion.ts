/** The newest version of the Pod Security Standards that Postern has, as a minor version of Kubernetes. */
export const LATEST_MINOR = 37;

/** A minor version of Kubernetes, such as `v1.31`, or the newest that Postern has. */
export type PodSecurityVersion = "latest" | `v1.${number}`;

/** The minor version; undefined for a text that is none, or newer than {@link LATEST_MINOR}. */
export function readPodSecurityVersion(version: unknown): number | undefined {
  if (version === "latest") return LATEST_MINOR;
  const [, minor = ""] = typeof version === "string" ? (/^v1\.(0|[1-9]\d?)$/.exec(version) ?? []) : [];
  return minor !== "" && Number(minor) <= LATEST_MINOR ? Number(minor) : undefined;
}
