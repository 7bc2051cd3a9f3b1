/**
 * The credentials of the scheme Bearer in a header Authorization (RFC 6750), as they are; undefined for no header and for
 * another scheme. The name of a scheme has no case (RFC 9110, section 11.1).
 */
export function bearerToken(authorization: string | null): string | undefined {
  const [scheme] = /^bearer(?: +|$)/i.exec(authorization ?? "") ?? [];
  return scheme === undefined ? undefined : authorization?.slice(scheme.length);
}
