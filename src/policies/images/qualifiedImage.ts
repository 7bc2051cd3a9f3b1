/** The registry of images that name none. */
const DEFAULT_REGISTRY = "docker.io";
/** Its other name, which runtimes replace (`legacyDefaultDomain`, github.com/distribution/reference). */
const LEGACY_REGISTRY = "index.docker.io";

/**
 * An image with its registry, as runtimes complete it (`ParseDockerRef`, github.com/distribution/reference):
 * `docker.io/library/nginx:1` for `nginx:1`, and `docker.io/grafana/loki` for `grafana/loki`. The first part is a registry
 * when it has a dot, a colon or an upper-case letter, or is `localhost`.
 */
export function qualifiedImage(image: string): string {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  const isRegistry = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = !isRegistry || first === LEGACY_REGISTRY ? DEFAULT_REGISTRY : first;
  const rest = isRegistry ? image.slice(slash + 1) : image;
  const isOfLibrary = registry === DEFAULT_REGISTRY && !rest.includes("/");
  return `${registry}/${isOfLibrary ? "library/" : ""}${rest}`;
}
