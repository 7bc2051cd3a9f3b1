import type { PodSpec } from "kubernetes-types/core/v1.js";
import * as z from "zod/mini";
import { listPart, objectPart } from "../../policy/mutate/objectPart.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { builtin } from "../builtin.ts";
import { exemptImages } from "../exemptImages.ts";
import { hasPlainPath, PATH_FAULT } from "./hasPlainPath.ts";
import { parseImageReference } from "./parseImageReference.ts";
import { qualifiedImage } from "./qualifiedImage.ts";

const prefix = z
  .string()
  .check(
    z.regex(/^[^\s/@*]+\/(?:[^\s/@*]+\/)*$/, "is not a registry or repository that ends with / and has no *"),
    z.refine(hasPlainPath, PATH_FAULT),
  );

/**
 * Rewrites images to a mirror: `nginx:1` becomes `registry.example.com/docker/library/nginx:1`. Nodes then need no access to
 * public registries, and no rate limit of them stops a Pod. Changes images of all kinds of containers, also ephemeral ones,
 * and image volumes (KEP-4639). Tags and digests stay.
 *
 * An image that is of a mirror already is left as it is, and so is one that is not an image reference. An UPDATE changes only
 * images that it brings: no container restarts, and no Pod is replaced, because an object is older than the policy.
 */
export const rewriteImageRegistry = builtin({
  name: "rewrite-image-registry",
  description: "Images must come from the mirrors of their registries, so they are rewritten",
  match: { resources: ["pods", "pods/ephemeralcontainers"] },
  params: {
    /**
     * Mirrors by prefix, both with a `/` at the end: `{ "docker.io/": "registry.example.com/docker/" }`. The longest prefix
     * counts. An image without a registry is of `docker.io/`, and one without a path of `docker.io/library/`.
     */
    mirrors: z.record(prefix, prefix).check(
      z.refine((mirrors) => Object.keys(mirrors).length > 0, "has no prefix"),
      z.refine(
        (mirrors) => Object.keys(mirrors).every((from) => qualifiedPrefix(from) === from),
        "has a prefix without its registry; write docker.io/library/ or docker.io/NAME/",
      ),
      z.refine(
        (mirrors) => !Object.keys(mirrors).some((from) => isOfMirror(from, mirrors)),
        "has a prefix that is of a mirror; images of mirrors are not rewritten",
      ),
    ),
    exemptImages,
  },
  mutate: ({ spec }, { params, oldObject }) => {
    if (!spec) return;
    const old = oldImages(oldObject?.spec);
    const rewritten = (kind: string, name: string, image: unknown): string | undefined =>
      typeof image !== "string" || old.get(`${kind}/${name}`) === image ? undefined : mirrored(image, params);
    for (const container of allContainers(spec)) {
      const image = rewritten("container", container.name, container.image);
      if (image !== undefined) container.image = image;
    }
    for (const volume of spec.volumes ?? []) {
      const source: unknown = Reflect.get(volume, "image");
      const image = rewritten("volume", volume.name, objectPart(source, ["reference"]));
      if (image !== undefined) Reflect.set(Object(source), "reference", image);
    }
  },
});

/** An image below a prefix. Two names, so that it is not of `library/`. */
const BELOW = "name/image";

interface Mirrors {
  readonly mirrors: Readonly<Record<string, string>>;
  readonly exemptImages: readonly string[];
}

/** The image of a mirror for an image; undefined when it stays. */
function mirrored(image: string, { mirrors, exemptImages }: Mirrors): string | undefined {
  // `sha256:` begins the id of an image that the node has.
  if (
    image.startsWith("sha256:") ||
    parseImageReference(image) === undefined ||
    exemptImages.some((glob) => matchesGlob(glob, image))
  )
    return undefined;
  const qualified = qualifiedImage(image);
  if (isOfMirror(qualified, mirrors)) return undefined;
  const [from] = Object.keys(mirrors)
    .filter((one) => qualified.startsWith(one))
    .sort((one, other) => other.length - one.length);
  return from === undefined ? undefined : `${mirrors[from]}${qualified.slice(from.length)}`;
}

function isOfMirror(qualified: string, mirrors: Readonly<Record<string, string>>): boolean {
  return Object.values(mirrors).some((mirror) => qualified.startsWith(qualifiedPrefix(mirror)));
}

/** A prefix as it is in qualified images: `docker.io/mirrors/` for `mirrors/`. */
function qualifiedPrefix(prefix: string): string {
  return qualifiedImage(`${prefix}${BELOW}`).slice(0, -BELOW.length);
}

/** The images of an older state, by what has them. */
function oldImages(spec: PodSpec | undefined): ReadonlyMap<string, unknown> {
  const images = new Map<string, unknown>();
  for (const { name, image } of allContainers(spec)) images.set(`container/${name}`, image);
  for (const volume of listPart(spec, ["volumes"]))
    images.set(`volume/${String(objectPart(volume, ["name"]))}`, objectPart(volume, ["image", "reference"]));
  return images;
}

function allContainers(spec: PodSpec | undefined): { name: string; image?: string }[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
}
