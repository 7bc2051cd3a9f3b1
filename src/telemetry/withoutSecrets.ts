/** What stands for a secret, or for a part of one. */
const HIDDEN = "(hidden)";
/** The shortest part of a secret that is hidden. Shorter parts are in too many texts. */
const PART = 8;
/** The shortest hidden part of the header and the claims of a JWT. JWTs have their beginnings in common, and prove nothing without the signature. */
const CLAIMS_PART = 64;
/** Shorter secrets are in too many texts. */
const SHORTEST_SECRET = 4;
/** RFC 7519. Header and claims are JSON. */
const JWT = /^(eyJ[\w-]+\.eyJ[\w-]+)\.([\w-]+)$/;

/**
 * Returns a text without secrets that another program put into it: as they are, in base64 and base64url at any offset, in
 * hex, URL-encoded, with JSON escapes, in upper or lower case, and any part of 8 characters of such a form, for a program may
 * cut what it repeats. A shorter secret is hidden as a whole, and one of less than 4 characters is not. Of the header and the
 * claims of a JWT, parts of 64 characters are hidden. The time is linear in the text and the secrets.
 */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  const found = new SecretParts(secrets);
  const lower = text.toLowerCase();
  // A letter whose lower case is longer moves all places: nothing can be cut out then.
  if (lower.length !== text.length) return found.isIn(lower) ? HIDDEN : text;
  let shown = "";
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const length = found.lengthAt(lower, at);
    if (length === 0) continue;
    if (at > from || from === 0) shown += text.slice(from, at) + HIDDEN;
    from = Math.max(from, at + length);
  }
  return shown + text.slice(from);
}

/** Parts of secrets, in lower case, by their length. */
class SecretParts {
  readonly #parts = new Map<number, Set<string>>();

  constructor(secrets: Iterable<string>) {
    for (const raw of secrets) {
      const secret = raw.trim();
      const [, claims, signature] = JWT.exec(secret) ?? [];
      if (claims === undefined || signature === undefined) this.#add(secret, PART);
      else {
        this.#add(claims, CLAIMS_PART);
        this.#add(signature, PART);
      }
    }
  }

  #add(secret: string, size: number): void {
    if (secret.length < SHORTEST_SECRET) return;
    for (const form of formsOf(secret)) {
      const lower = form.toLowerCase();
      const length = Math.min(size, lower.length);
      const parts = this.#parts.get(length) ?? new Set();
      this.#parts.set(length, parts);
      for (let at = 0; at + length <= lower.length; at += 1) parts.add(lower.slice(at, at + length));
    }
  }

  /** The length of the longest part that begins at a place of a text in lower case. 0 for none. */
  lengthAt(text: string, at: number): number {
    let longest = 0;
    for (const [length, parts] of this.#parts)
      if (length > longest && parts.has(text.slice(at, at + length))) longest = length;
    return longest;
  }

  isIn(text: string): boolean {
    for (let at = 0; at < text.length; at += 1) if (this.lengthAt(text, at) > 0) return true;
    return false;
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Base64 has three spellings of the same bytes, by their offset in what was encoded.
  const base64 = ["", "\0", "\0\0"].flatMap((before) => {
    const encoded = Buffer.from(before + secret).toString("base64");
    const own = encoded
      .replaceAll("=", "")
      .slice(before === "" ? 0 : before.length + 1, secret.length > PART ? -1 : undefined);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = bytes.toString("hex");
  const escaped = JSON.stringify(secret).slice(1, -1);
  const characters = [...secret];
  return [
    secret,
    ...base64,
    hex,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    hex.replace(/../g, "%$&"),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    escaped.replaceAll("/", "\\/"),
    characters.map((it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
    characters.map((it) => `&#${it.charCodeAt(0)};`).join(""),
    characters.reverse().join(""),
  ];
}
