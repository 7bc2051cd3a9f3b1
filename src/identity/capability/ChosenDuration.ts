import { readDuration } from "../../protocol/readDuration.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A duration that is chosen within bounds. */
export interface ChosenDuration {
  readonly byDefault: string;
  readonly min: string;
  readonly max: string;
  /** In milliseconds; undefined for a text that is not a duration within the bounds. */
  readonly read: (text: string) => number | undefined;
}

/** How long a capability is valid. Below 15 min the sync would write the registrations without end. */
export const LIFE: ChosenDuration = {
  byDefault: "24h",
  min: "15m",
  max: "30d",
  read: (text) => within(text, 15 * MINUTE_MS, 30 * DAY_MS),
};

/** How long an expired one is honoured: the time to repair a sync that stands still. Nobody takes a quarter for that. */
export const GRACE: ChosenDuration = {
  byDefault: "7d",
  min: "0s",
  max: "90d",
  read: (text) => within(text, 0, 90 * DAY_MS),
};

function within(text: string, min: number, max: number): number | undefined {
  const ms = readDuration(text);
  return ms !== undefined && ms >= min && ms <= max ? ms : undefined;
}
