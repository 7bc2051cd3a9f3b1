/** A setting of the serving certificate that makes no sense. */
export class TlsConfigError extends Error {
  readonly code = "bad-tls-config";

  /** `name` is the variable's; the problem follows it in the message. */
  constructor(name: string, problem: string) {
    super(`${name} ${problem}`);
    this.name = "TlsConfigError";
  }
}
