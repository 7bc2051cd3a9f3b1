import type { RotationEffect } from "./RotationEffect.ts";
import type { RotationState } from "./RotationState.ts";

/** The state after an event, and what is to be done. */
export interface Rotation {
  readonly state: RotationState;
  readonly effects: readonly RotationEffect[];
}
