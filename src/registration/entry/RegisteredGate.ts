import type { Conversion } from "../../policy/define/conversion.ts";
import type { Policy } from "../../policy/define/policy.ts";
import type { EntryDefinition } from "./EntryOptions.ts";

/** The parts of a gate that its registrations are made from. */
export interface RegisteredGate {
  /** The name of the registrations. A DNS label. */
  readonly name: string;
  readonly policies: readonly Policy[];
  readonly entries: Readonly<Record<string, EntryDefinition>>;
  readonly conversions: readonly Conversion[];
}
