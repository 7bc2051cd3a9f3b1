import type { PresentedCertificate } from "../../identity/IdentityTier.ts";
import { allowsClientAuth } from "../../trust/verify/allowsClientAuth.ts";
import { certificatesOfPem } from "./certificatesOfPem.ts";
import { clientOfCertificate } from "./clientOfCertificate.ts";

type Members = Readonly<Record<string, unknown>>;

/**
 * The client certificate of a call through API Gateway, which verified its chain with the truststore of the custom domain name. `event`
 * is what Lambda got. Undefined without one.
 *
 * | event of | where |
 * |---|---|
 * | HTTP APIs, payload 2.0 | `requestContext.authentication.clientCert` |
 * | REST APIs and HTTP APIs, payload 1.0 | `requestContext.identity.clientCert` |
 *
 * Everything is read from `clientCertPem`. Its `subjectDN` is a text whose escapes AWS does not specify. Headers do not count, and
 * neither do those of a load balancer (`X-Amzn-Mtls-Clientcert-…`): in its mode `passthrough` nobody has verified the certificate, and
 * an event does not tell the mode.
 */
export function lambdaCertificate(event: unknown): PresentedCertificate | undefined {
  const { authentication, identity } = membersOf(membersOf(event).requestContext);
  const presented = membersOf(authentication).clientCert ?? membersOf(identity).clientCert;
  if (presented === undefined || presented === null) return undefined;
  const { clientCertPem } = membersOf(presented);
  const [leaf] = (typeof clientCertPem === "string" ? certificatesOfPem(clientCertPem) : undefined) ?? [];
  if (leaf === undefined) return { ok: false, reason: "malformed" };
  // AWS does not document that it looks at the usage. A serving certificate of the same CA is no client.
  if (!allowsClientAuth(leaf, true)) return { ok: false, reason: "not-verified" };
  return { ok: true, certificate: clientOfCertificate(leaf) };
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
