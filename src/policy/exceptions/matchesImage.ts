import { matchesGlob } from "../../protocol/matchesGlob.ts";

/** The parts of an image, or of a pattern for images. */
export interface ImageParts {
  readonly name: string;
  /** Undefined without one. */
  readonly tag: string | undefined;
  /** Undefined without one. */
  readonly digest: string | undefined;
}

/** A tag and a digest, as registries have them. A pattern has `*` as well. */
const TAG = /^[\w*][\w.*-]{0,127}$/;
const DIGEST = /^[a-z0-9]+:[0-9a-f*]+$/;
/** No registry has a longer one: a name has at most 255 characters. */
const MAX_LENGTH = 1024;

/**
 * Whether an image matches a pattern. Both are compared as they are written. A runtime ignores the tag of an image with a
 * digest, so a pattern that names a tag is for no image with a digest.
 */
export function matchesImage({ name, tag, digest }: ImageParts, image: ImageParts): boolean {
  if (name !== image.name && (!name.includes("*") || !matchesParts(name, image.name, "/"))) return false;
  if (digest !== undefined && (image.digest === undefined || !matchesGlob(digest, image.digest))) return false;
  if (tag === undefined) return true;
  return (digest !== undefined || image.digest === undefined) && image.tag !== undefined && matchesGlob(tag, image.tag);
}

/** Whether a text matches a pattern whose `*` matches no `separator`. */
export function matchesParts(pattern: string, text: string, separator: string): boolean {
  const patterns = pattern.split(separator);
  const parts = text.split(separator);
  return parts.length === patterns.length && parts.every((part, index) => matchesGlob(patterns[index] ?? "", part));
}

/** The parts of an image. Undefined for what is no text and for what no runtime can pull: a custom Pod template may have it. */
export function readImage(image: unknown): ImageParts | undefined {
  return typeof image !== "string" || /[*\s]/.test(image) ? undefined : readImagePattern(image);
}

/** The parts of a pattern for images. Undefined for one that matches no image. */
export function readImagePattern(pattern: string): ImageParts | undefined {
  if (pattern.length > MAX_LENGTH || /\s/.test(pattern)) return undefined;
  const at = pattern.indexOf("@");
  const named = at < 0 ? pattern : pattern.slice(0, at);
  const digest = at < 0 ? undefined : pattern.slice(at + 1);
  // A colon before the last slash separates a port.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (name === "" || name.endsWith("/") || (tag !== undefined && !TAG.test(tag))) return undefined;
  return digest !== undefined && !DIGEST.test(digest) ? undefined : { name, tag, digest };
}
