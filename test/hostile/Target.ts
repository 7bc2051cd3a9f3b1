/** A gate that is called over TLS. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Whether it speaks h2. workerd does not, without the edge in front of it. */
  readonly hasHttp2: boolean;
  /** The certificate that signed the one it serves, in PEM. */
  readonly ca: string;
}
