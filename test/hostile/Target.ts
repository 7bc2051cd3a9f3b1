/** A gate that is called over TLS. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** The certificate that signed the one it serves, in PEM. */
  readonly ca: string;
}
