/** A root certificate that comes with Postern. */
export interface Root {
  /** Its common name. */
  readonly name: string;
  /** SHA-256 of its DER, in lower-case hex. */
  readonly fingerprint: string;
  /** The URL where its CA publishes it, or the trust store of a provider that leads to it. */
  readonly source: string;
  readonly pem: string;
}
