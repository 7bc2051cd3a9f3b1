import type { CapabilityError } from "../../sync/capability/CapabilityError.ts";

/** Node's codes of a certificate that leads to no trusted root. */
const UNTRUSTED = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Where the gate is served, and whether roots are given for it. */
export interface IssuePlace {
  readonly url: string;
  readonly hasRoots: boolean;
}

/** Why a gate issued no capability to `postern render`, and what to do where only Node's code would say it. The end of a message. */
export function issueFault(error: CapabilityError, { url, hasRoots }: IssuePlace): string {
  const { host } = new URL(url);
  const code = codeOf(error);
  if (code === undefined) return error.message;
  if (UNTRUSTED.includes(code))
    return hasRoots
      ? `${host} serves a certificate of another CA than those of --ca (${code}): give the roots that it leads to`
      : `${host} serves a certificate of no public CA (${code}): give its roots with --ca FILE`;
  if (code === "CERT_HAS_EXPIRED") return `${host} serves a certificate that has expired (${code}): renew it`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `${host} serves a certificate for other hosts (${code}): compare its names with --url`;
  if (code === "ENOTFOUND") return `the name of ${host} does not resolve (${code}): check --url`;
  if (code === "ECONNREFUSED")
    return `nothing listens at ${host} (${code}): check --url, and that the gate is deployed`;
  return error.message;
}

/** The code of the first error below that has one of Node. */
function codeOf(error: Error): string | undefined {
  let cause = error.cause;
  for (let depth = 0; depth < 4 && cause instanceof Error; depth += 1) {
    if ("code" in cause && typeof cause.code === "string" && /^[A-Z]/.test(cause.code)) return cause.code;
    cause = cause.cause;
  }
  return undefined;
}
