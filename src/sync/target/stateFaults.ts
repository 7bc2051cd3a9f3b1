import { STATE_PREFIX, stateAnnotations, type TargetState } from "./TargetState.ts";

/**
 * The names of the sync's annotations that do not store the state that was read from them, without their prefix: the sync
 * does not write such values. The next write of the state replaces or removes them.
 */
export function stateFaults(annotations: Readonly<Record<string, string>>, state: TargetState): readonly string[] {
  const written = stateAnnotations(state);
  return Object.entries(annotations)
    .filter(([key, value]) => written[key] !== value)
    .map(([key]) => key.slice(STATE_PREFIX.length))
    .sort();
}
