import type { Policy } from "../../policy/define/policy.ts";
import { parseParams } from "./parseParams.ts";

/** The parameters of policies for clusters that set none. Parsed once, and shared by thousands of clusters. */
export class DefaultParams {
  readonly #byName = new Map<string, unknown>();

  /** Parses the defaults of a policy of this gate, once. Throws what its `params` throws. */
  add(policy: Policy): void {
    if (!this.#byName.has(policy.name)) this.#byName.set(policy.name, parseParams(policy, undefined));
  }

  /** The parsed parameters of a policy that was added. */
  get(policy: string): unknown {
    return this.#byName.get(policy);
  }
}
