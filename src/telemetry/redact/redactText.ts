/** What stands for a secret. */
export const HIDDEN = "(hidden)";

/** The token of a capability path, `/k/TOKEN/`. */
const CAPABILITY = /\/k\/[^\s/?#"'\\<>]+/g;
/** User and password of a URL of any scheme, such as that of a database, and a URL with its query. */
const URL_USER = /(?<![a-z\d+.-])([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/?#@"'\\<>]{1,256}@/gi;
const URL_WITH_QUERY = /https?:\/\/[^\s#"'\\<>]+/gi;
/** RFC 7235 credentials of the two common schemes, and JWTs (RFC 7519) wherever they are. */
const CREDENTIALS = /\b(Bearer|Basic) [\w.~+/=-]+/gi;
const JWT = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?/g;
/** A private key in PEM (RFC 7468), whole or cut. */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----[^-]*/g;

/**
 * A text without capability tokens, user, password and query of URLs, credentials of a header, JWTs and private keys. For
 * lines of a log and messages of errors.
 */
export function redactText(text: string): string {
  return text
    .replace(CAPABILITY, `/k/${HIDDEN}`)
    .replace(URL_USER, `$1${HIDDEN}@`)
    .replace(URL_WITH_QUERY, withoutQuery)
    .replace(CREDENTIALS, `$1 ${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(PRIVATE_KEY, HIDDEN);
}

function withoutQuery(url: string): string {
  const at = url.indexOf("?") + 1;
  return at === 0 || at === url.length ? url : `${url.slice(0, at)}${HIDDEN}`;
}
