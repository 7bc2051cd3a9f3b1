/** A variable of the exporter that cannot be used. `variable` is its name. The value is not repeated: it may be a secret. */
export class OtlpConfigError extends Error {
  readonly code = "otlp-config";
  readonly variable: string;

  constructor(variable: string, fault: string) {
    super(`${variable}: ${fault}`);
    this.name = "OtlpConfigError";
    this.variable = variable;
  }
}
