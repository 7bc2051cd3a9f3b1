/** A gate that was defined wrongly; found when it is defined or first made, not when a review arrives. */
export class GateConfigError extends Error {
  readonly code = "bad-gate";
  constructor(path: string, fault: string) {
    super(`gate: ${path} ${fault}`);
    this.name = "GateConfigError";
  }
}
