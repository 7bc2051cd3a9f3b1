/** The parts of an image reference, such as `registry.example.com:5000/team/web:1.2@sha256:…`. */
export interface ImageReference {
  /** Registry and name as written. No default registry is added. */
  readonly repository: string;
  /** Undefined for a reference without a tag. The runtime then pulls `latest`, unless there is a digest. */
  readonly tag: string | undefined;
  /** With its algorithm. A runtime that pulls by digest ignores the tag. */
  readonly digest: string | undefined;
}

/**
 * The grammar of github.com/distribution/reference, except that the repository may have any visible characters: the
 * runtime refuses invalid names itself.
 */
const REFERENCE =
  /^([^\s@]+?)(?::(\w[\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/;
/** Longer than any registry allows (a repository has 255 characters, a tag 128, a SHA-512 digest 135). */
const MAX_LENGTH = 1024;

/** Parses an image reference. Undefined for an invalid one, such as an empty tag, an invalid digest or white space. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (image.length > MAX_LENGTH) return undefined;
  // A colon before the last slash separates a port. Only the last segment is parsed, so that a port is not read as a tag.
  const slash = image.split("@", 1)[0]?.lastIndexOf("/") ?? -1;
  const [whole, name, tag, digest] = REFERENCE.exec(image.slice(slash + 1)) ?? [];
  if (whole === undefined || name === undefined || name.includes(":") || /\s/.test(image)) return undefined;
  return { repository: image.slice(0, slash + 1) + name, tag, digest };
}
