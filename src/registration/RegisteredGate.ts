import type { Conversion } from "../policy/conversion.ts";
import type { Policy } from "../policy/policy.ts";
import type { EntryDefinition } from "./EntryOptions.ts";

/** The parts of a gate that its registrations are made from. */
export interface RegisteredGate {
  /** A DNS label; names the registrations. */
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly entries: Readonly<Record<string, EntryDefinition>>;
  readonly conversions: readonly Conversion[];
}
