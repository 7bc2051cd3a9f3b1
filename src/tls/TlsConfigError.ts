/** A setting of the serving certificate that cannot be used. */
export class TlsConfigError extends Error {
  readonly code = "bad-tls-config";

  /** `name` is the variable or the option. The message is `name` followed by `fault`. */
  constructor(name: string, fault: string) {
    super(`${name} ${fault}`);
    this.name = "TlsConfigError";
  }
}
