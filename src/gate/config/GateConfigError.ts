/** A gate that was defined wrongly; found when it is defined or first made, not when a review arrives. */
export class GateConfigError extends Error {
  readonly code = "bad-gate";
  /** `fault` goes on after the path: "is missing", or ": expected …". */
  constructor(path: string, fault: string) {
    super(`gate: ${path}${fault.startsWith(":") ? "" : " "}${fault}`);
    this.name = "GateConfigError";
  }
}
