import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { matchesParts } from "./matchesReview.ts";

/** The parts of an image, or of a pattern for images. */
interface ImageParts {
  readonly name: string;
  /** Undefined without one. */
  readonly tag: string | undefined;
  /** Undefined without one. */
  readonly digest: string | undefined;
}

/** A tag and a digest, as registries have them. A pattern has `*` as well. */
const TAG = /^[\w*][\w.*-]{0,127}$/;
const DIGEST = /^[a-z0-9]+:[0-9a-f*]+$/;

/**
 * Whether an image matches a pattern. Both are compared as they are written. A runtime ignores the tag of an image with a
 * digest, so a pattern that names a tag is for no image with a digest.
 */
export function matchesImage(pattern: string, image: string): boolean {
  const wanted = imageParts(pattern);
  const found = imageParts(image);
  if (wanted === undefined || found === undefined || /[*\s]/.test(image)) return false;
  if (!matchesParts(wanted.name, found.name, "/")) return false;
  if (wanted.digest !== undefined)
    return found.digest !== undefined && matchesGlob(wanted.digest, found.digest) && tagMatches(wanted, found);
  return wanted.tag === undefined || (found.digest === undefined && tagMatches(wanted, found));
}

function tagMatches(wanted: ImageParts, found: ImageParts): boolean {
  return wanted.tag === undefined || (found.tag !== undefined && matchesGlob(wanted.tag, found.tag));
}

/** The parts of an image or a pattern. Undefined for what no runtime can pull. */
export function imageParts(image: string): ImageParts | undefined {
  const at = image.indexOf("@");
  const named = at < 0 ? image : image.slice(0, at);
  const digest = at < 0 ? undefined : image.slice(at + 1);
  // A colon before the last slash separates a port.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (name === "" || name.endsWith("/") || (tag !== undefined && !TAG.test(tag))) return undefined;
  return digest !== undefined && !DIGEST.test(digest) ? undefined : { name, tag, digest };
}
