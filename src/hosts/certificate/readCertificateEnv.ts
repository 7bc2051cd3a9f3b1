import { GateConfigError } from "../../gate/config/GateConfigError.ts";
import { TrustedProxies } from "./TrustedProxies.ts";

/** Environment variables of client certificates and proxies. An empty one counts as not set. */
export interface CertificateEnv {
  /** A PEM file with the CAs that vouch for client certificates. Read again when it changes. Default: no client is asked for one. */
  readonly POSTERN_CLIENT_CA_FILE?: string | undefined;
  /** Comma-separated addresses and CIDR networks of proxies whose headers are believed. Default: none. */
  readonly POSTERN_TRUSTED_PROXIES?: string | undefined;
  /** The header in which these proxies forward client certificates, such as `Client-Cert`. Default: none is read. */
  readonly POSTERN_CLIENT_CERT_HEADER?: string | undefined;
}

/** Checked settings of client certificates. */
export interface CertificateSettings {
  readonly caFile: string | undefined;
  readonly proxies: TrustedProxies | undefined;
  /** In lower case. Never without `caFile` and `proxies`. */
  readonly header: string | undefined;
}

/** A token (RFC 9110 section 5.6.2). */
const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;
/** Headers with another meaning. Any caller sets them. */
const OTHER_HEADERS =
  /^(?:authorization|connection|content-.*|cookie|forwarded|host|transfer-encoding|user-agent|x-forwarded-for)$/;

/** Reads the variables. `hasTls`: whether the process itself serves TLS. Throws {@link GateConfigError}. */
export function readCertificateEnv(env: CertificateEnv, hasTls: boolean): CertificateSettings {
  const caFile = env.POSTERN_CLIENT_CA_FILE || undefined;
  const header = readHeader(env.POSTERN_CLIENT_CERT_HEADER);
  const proxies = readProxies(env.POSTERN_TRUSTED_PROXIES);
  if (header !== undefined && proxies === undefined)
    throw new GateConfigError(
      "POSTERN_CLIENT_CERT_HEADER",
      "needs POSTERN_TRUSTED_PROXIES: every caller can send a header",
    );
  if (header !== undefined && caFile === undefined)
    throw new GateConfigError(
      "POSTERN_CLIENT_CERT_HEADER",
      "needs POSTERN_CLIENT_CA_FILE: the gate verifies the chain too",
    );
  if (caFile !== undefined && header === undefined && !hasTls)
    throw new GateConfigError(
      "POSTERN_CLIENT_CA_FILE",
      "is not used without TLS: set POSTERN_CERT, or POSTERN_CLIENT_CERT_HEADER for a proxy",
    );
  return { caFile, proxies, header };
}

function readHeader(given: string | undefined): string | undefined {
  const header = given?.toLowerCase();
  if (header === undefined || header === "") return undefined;
  if (!HEADER.test(header) || OTHER_HEADERS.test(header))
    throw new GateConfigError("POSTERN_CLIENT_CERT_HEADER", "is not the name of a header for a certificate");
  return header;
}

function readProxies(text: string | undefined): TrustedProxies | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const parsed = TrustedProxies.parse(text);
  if ("proxies" in parsed) return parsed.proxies;
  throw new GateConfigError(
    "POSTERN_TRUSTED_PROXIES",
    `has ${JSON.stringify(parsed.wrong.slice(0, 64))}, which is no address and no network of fewer than all addresses`,
  );
}
