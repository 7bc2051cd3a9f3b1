import type { ChosenPair } from "./initialPairs.ts";
import type { RotationState } from "./rotation/Rotation.ts";
import type { ManagedServer } from "./server/ManagedServer.ts";
import { TlsError, type TlsFault } from "./TlsError.ts";

/** The pair that passed its check at the start, and the pairs that did not. */
export interface CheckedStart {
  readonly chosen: ChosenPair;
  readonly rejected: RotationState["rejected"];
}

/**
 * Checks a server at its start as after a swap: a certificate that would be rolled back is not started with either. The
 * server serves the first of `pairs`, and is given the next one when the check fails. Throws {@link TlsError} with the fault
 * of the first when none passes.
 */
export async function checkStart(server: ManagedServer, pairs: readonly ChosenPair[]): Promise<CheckedStart> {
  let rejected: RotationState["rejected"] = {};
  let first: TlsFault | undefined;
  for (const [at, chosen] of pairs.entries()) {
    const { pair, info } = chosen;
    const fault = (at === 0 ? undefined : await server.install(pair, info)) ?? (await server.check(pair));
    if (fault === undefined) return { chosen, rejected };
    rejected = { ...rejected, [info.slot]: { hash: info.hash, fault } };
    first ??= fault;
  }
  throw new TlsError(first ?? { code: "unusable", message: "there is no certificate to serve" });
}
