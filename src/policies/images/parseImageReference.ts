/** The parts of an image reference, such as `registry.example.com:5000/team/web:1.2@sha256:…`. */
export interface ImageReference {
  /** Registry and name, as written: no default registry is filled in. */
  readonly repository: string;
  /** Undefined where there is none; the runtime then pulls `latest`, unless there is a digest. */
  readonly tag: string | undefined;
  /** With its algorithm. What is pulled goes by the digest where there is one, whatever the tag says. */
  readonly digest: string | undefined;
}

/**
 * The grammar of github.com/distribution/reference, but that any visible characters do for the repository: a name that
 * the runtime would refuse is not this function's to find.
 */
const REFERENCE =
  /^([^\s@]+?)(?::(\w[\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/;
/** Longer than any registry allows (a repository has 255 characters, a tag 128, a SHA-512 digest 135). */
const LENGTH = 1024;

/** Takes an image reference apart; undefined for what is none: an empty tag, a broken digest, white space. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (image.length > LENGTH) return undefined;
  // A colon before the last slash stands in front of a port. Only the last segment is looked at, so that none is taken for a tag.
  const slash = image.split("@", 1)[0]?.lastIndexOf("/") ?? -1;
  const [whole, name, tag, digest] = REFERENCE.exec(image.slice(slash + 1)) ?? [];
  if (whole === undefined || name === undefined || name.includes(":") || /\s/.test(image)) return undefined;
  return { repository: image.slice(0, slash + 1) + name, tag, digest };
}
