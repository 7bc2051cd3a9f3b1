import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { TLSSocket } from "node:tls";
import type { RefusalReason } from "../../identity/Identity.ts";
import type { PresentedCertificate } from "../../identity/IdentityTier.ts";
import type { Log } from "../../telemetry/Log.ts";
import { ClientRoots } from "../../tls/client/ClientRoots.ts";
import { connectionOf } from "../../tls/server/limits/connectionOf.ts";
import type { VerificationCode } from "../../trust/verify/Verification.ts";
import { verifyClientChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { certificatesOfDer, MAX_CERTIFICATES } from "./certificatesOfPem.ts";
import { clientOfCertificate } from "./clientOfCertificate.ts";
import { forwardedCertificates } from "./forwardedCertificates.ts";
import type { CertificateSettings } from "./readCertificateEnv.ts";

type Incoming = IncomingMessage | Http2ServerRequest;

/** What was found out about a certificate. */
interface Verdict {
  readonly presented: PresentedCertificate;
  /** The CAs that it was verified with. With others it has to be verified again. */
  readonly roots: readonly Certificate[];
  /** In milliseconds since 1970. Later it has to be verified again. */
  readonly until: number;
}

/** Dependencies of {@link NodeCertificates}. */
export interface NodeCertificatesOptions {
  readonly log: Log;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** How often the CA file is read. Default 10 s. */
  readonly pollMs?: number | undefined;
}

/** A proxy forwards the certificates of a fleet, one for each cluster. A value has at most 16 KB. */
const MAX_FORWARDED = 256;
/** Faults with a reason of their own. */
const REASONS: Readonly<Partial<Record<VerificationCode, RefusalReason>>> = {
  expired: "expired",
  "not-yet-valid": "not-yet-valid",
};

/**
 * The client certificates of calls to a Node process: of their connections, or forwarded by a proxy.
 *
 * | the peer of the connection | the certificate |
 * |---|---|
 * | a listed proxy, and a header is configured | only that of the header |
 * | any other | only that of its TLS connection |
 *
 * OpenSSL proves in the handshake that the client has the private key. The chain is verified here, with the CAs of this moment:
 * once for a connection and each state of the CA file, and again when a certificate of the chain ends. So a connection that is
 * kept open does not outlive its CA.
 */
export class NodeCertificates {
  readonly #roots: ClientRoots | undefined;
  readonly #settings: CertificateSettings;
  readonly #now: () => number;
  readonly #ofConnections = new WeakMap<object, Verdict & { readonly sent: readonly Certificate[] }>();
  /** By the value of the header, the least recently used first. */
  readonly #forwarded = new Map<string, Verdict>();

  private constructor(settings: CertificateSettings, roots: ClientRoots | undefined, now: () => number) {
    this.#settings = settings;
    this.#roots = roots;
    this.#now = now;
  }

  /** Reads the CA file and follows it until {@link stop}. Throws TlsError or TrustError when it cannot be used. */
  static async start(
    settings: CertificateSettings,
    { log, now, pollMs }: NodeCertificatesOptions,
  ): Promise<NodeCertificates> {
    const { caFile } = settings;
    const roots = caFile === undefined ? undefined : await ClientRoots.load({ path: caFile, log, pollMs });
    await roots?.watch();
    return new NodeCertificates(settings, roots, now);
  }

  /** Whether the server has to ask TLS clients for a certificate. */
  get isAsked(): boolean {
    return this.#roots !== undefined;
  }

  /** The certificate of a call; undefined when none was presented. */
  of(incoming: Incoming): PresentedCertificate | undefined {
    const header = this.#headerOf(incoming);
    return header === undefined ? this.#ofConnection(incoming) : this.#ofHeader(incoming, header);
  }

  /**
   * Ends the connection of a call that was refused, with its answer, when the connection has a certificate. Its client then makes
   * another one with the certificate that it has by now. This does not depend on the cluster: else the end would tell strangers
   * which clusters there are. Returns the answer.
   */
  endRefused(incoming: Incoming, response: Response): Response {
    if (response.status !== 401 || this.#headerOf(incoming) !== undefined) return response;
    if (this.#ofConnection(incoming) === undefined) return response;
    if ("stream" in incoming) incoming.stream.session?.close();
    else response.headers.set("connection", "close");
    return response;
  }

  /** The address of the client of a call, by the connection and, where that is of a listed proxy, X-Forwarded-For. */
  addressOf(incoming: Incoming): string | undefined {
    const { proxies } = this.#settings;
    const { remoteAddress } = incoming.socket;
    if (proxies === undefined) return remoteAddress;
    return proxies.clientOf(remoteAddress, valuesOf(incoming, "x-forwarded-for").join(","));
  }

  /** Ends the watch on the CA file. */
  stop(): void {
    this.#roots?.stop();
  }

  /** The header with the certificate, in a call of a listed proxy; undefined where that of the connection counts. */
  #headerOf({ socket }: Incoming): string | undefined {
    const { proxies, header } = this.#settings;
    return proxies?.has(socket.remoteAddress) === true ? header : undefined;
  }

  #ofConnection(incoming: Incoming): PresentedCertificate | undefined {
    const roots = this.#roots?.roots;
    if (roots === undefined) return undefined;
    const connection = connectionOf(incoming);
    const known = this.#ofConnections.get(connection);
    if (known !== undefined && this.#isCurrent(known, roots)) return known.presented;
    // Node removes the intermediates from a connection when it returns them, so that they are kept here.
    const sent = known?.sent ?? sentChain(incoming);
    if (sent === undefined) return undefined;
    const verdict = this.#verify(sent, roots);
    this.#ofConnections.set(connection, { ...verdict, sent });
    return verdict.presented;
  }

  #ofHeader(incoming: Incoming, header: string): PresentedCertificate | undefined {
    const roots = this.#roots?.roots;
    if (roots === undefined) return undefined;
    const [value, ...others] = valuesOf(incoming, header);
    if (value === undefined || value === "") return undefined;
    // A proxy sets the header once. A second one is that of a client.
    if (others.length > 0) return { ok: false, reason: "malformed" };
    const known = this.#forwarded.get(value);
    const verdict =
      known !== undefined && this.#isCurrent(known, roots)
        ? known
        : this.#verify(forwardedCertificates(header, value) ?? [], roots);
    this.#forwarded.delete(value);
    this.#forwarded.set(value, verdict);
    const [oldest] = this.#forwarded.keys();
    if (this.#forwarded.size > MAX_FORWARDED && oldest !== undefined) this.#forwarded.delete(oldest);
    return verdict.presented;
  }

  #isCurrent({ roots, until }: Verdict, now: readonly Certificate[]): boolean {
    return roots === now && this.#now() <= until;
  }

  /** `sent` is empty for what cannot be read. */
  #verify(sent: readonly Certificate[], roots: readonly Certificate[]): Verdict {
    const [leaf] = sent;
    const refuse = (reason: RefusalReason): Verdict => ({
      presented: { ok: false, reason },
      roots,
      until: reason === "not-yet-valid" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    });
    if (leaf === undefined) return refuse("malformed");
    const verification = verifyClientChain({ served: sent, anchors: roots, now: this.#now() });
    if (!verification.ok) return refuse(REASONS[verification.code] ?? "not-verified");
    return {
      presented: { ok: true, certificate: clientOfCertificate(leaf) },
      roots,
      until: verification.notAfter.getTime(),
    };
  }
}

/** The certificates that a client sent, the leaf first; none for those that cannot be read. Undefined without a certificate. */
function sentChain(incoming: Incoming): readonly Certificate[] | undefined {
  const session = "stream" in incoming ? incoming.stream.session : undefined;
  if ("stream" in incoming && (session === undefined || session.destroyed)) return undefined;
  const socket = session?.socket ?? incoming.socket;
  if (!(socket instanceof TLSSocket)) return undefined;
  const chain: Uint8Array[] = [];
  let next = socket.getPeerX509Certificate();
  // One more than is accepted tells that there are too many.
  for (; next !== undefined && chain.length <= MAX_CERTIFICATES; next = next.issuerCertificate) chain.push(next.raw);
  return chain.length === 0 ? undefined : (certificatesOfDer(chain) ?? []);
}

/** The values of a header, one for each time that it was sent. */
function valuesOf({ rawHeaders }: Incoming, header: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === header);
}
