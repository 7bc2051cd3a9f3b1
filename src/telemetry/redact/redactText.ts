/** What stands for a secret. */
export const HIDDEN = "(hidden)";

/** The token of a capability path, `/k/TOKEN/`. */
const CAPABILITY = /\/k\/[^\s/?#"'\\<>]+/g;
/** RFC 7235 credentials of the two common schemes, and JWTs (RFC 7519) wherever they are. */
const CREDENTIALS = /\b(Bearer|Basic) [\w.~+/=-]+/gi;
const JWT = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]*\.?[\w-]*/g;

/** A text without capability tokens, credentials of a header, and JWTs. For lines of a log and messages of errors. */
export function redactText(text: string): string {
  return text.replace(CAPABILITY, `/k/${HIDDEN}`).replace(CREDENTIALS, `$1 ${HIDDEN}`).replace(JWT, HIDDEN);
}
