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
 * A tag as in the grammar of github.com/distribution/reference. A repository may have any visible characters: the runtime
 * refuses invalid names itself.
 */
const TAG = /^\w[\w.-]{0,127}$/;
/** The digests that runtimes accept (github.com/opencontainers/go-digest). Another algorithm, length or case pins nothing. */
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;
/** Longer than any registry allows (a repository has 255 characters, a tag 128, a SHA-512 digest 135). */
const MAX_LENGTH = 1024;

/** Parses an image reference. Undefined for an invalid one, such as an empty tag, an invalid digest or white space. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (image.length > MAX_LENGTH || /\s/.test(image)) return undefined;
  const at = image.indexOf("@");
  const named = at < 0 ? image : image.slice(0, at);
  // A colon before the last slash separates a port.
  const name = named.lastIndexOf("/") + 1;
  const colon = named.indexOf(":", name);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  const digest = at < 0 ? undefined : image.slice(at + 1);
  if (repository.length === name || (tag !== undefined && !TAG.test(tag))) return undefined;
  return digest !== undefined && !DIGEST.test(digest) ? undefined : { repository, tag, digest };
}
