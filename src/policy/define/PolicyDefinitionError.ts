/** The definition of a policy or conversion has a fault. Thrown when it is defined, not when a review arrives. */
export class PolicyDefinitionError extends Error {
  readonly code = "bad-policy";
  constructor(policy: string, field: string, fault: string) {
    super(`policy ${JSON.stringify(policy)}: ${field} ${fault}`);
    this.name = "PolicyDefinitionError";
  }
}
