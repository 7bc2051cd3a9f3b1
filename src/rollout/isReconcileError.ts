import { KubernetesError } from "../kubernetes/KubernetesError.ts";
import { RolloutError } from "./RolloutError.ts";

/** An error that a reconciliation may end with. Any other error is a bug. */
export type ReconcileError = RolloutError | KubernetesError;

/** Whether an error is a {@link ReconcileError}. */
export function isReconcileError(error: unknown): error is ReconcileError {
  return error instanceof RolloutError || error instanceof KubernetesError;
}
