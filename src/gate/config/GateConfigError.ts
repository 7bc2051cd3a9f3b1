/** A fault in the definition or the settings of a gate. Found when the gate is defined or created, not when a review arrives. */
export class GateConfigError extends Error {
  readonly code = "bad-gate";
  /** `fault` continues the sentence after the path: "is missing", or ": expected …". */
  constructor(path: string, fault: string) {
    super(`gate: ${path}${fault.startsWith(":") ? "" : " "}${fault}`);
    this.name = "GateConfigError";
  }
}
