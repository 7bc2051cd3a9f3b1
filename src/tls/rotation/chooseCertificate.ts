import type { Slot } from "../pair/Slot.ts";

/**
 * State of a slot's files. `ending`: valid, but so close to its end that connections would outlive it. `unloadable`: cannot
 * be served for a reason other than its dates. `doubtful`: within its dates, but it fails a rule on names, roots or the
 * length of the chain, so that some clients may accept it. `absent`: not configured.
 */
export type SlotStatus = "valid" | "ending" | "expired" | "not-yet-valid" | "unloadable" | "doubtful" | "absent";

/** Input of {@link chooseCertificate}. */
export interface CertificateView {
  readonly main: SlotStatus;
  readonly standby: SlotStatus;
  /** Whether the main certificate is being renewed. */
  readonly renewing: boolean;
  /** Whether the certificate that is being served is within its dates. */
  readonly isServingValid: boolean;
}

/** The slot to serve, or undefined to keep the current certificate, with the reason. */
export type CertificateChoice =
  | { readonly serve: Slot; readonly reason: "main-valid" | "main-unusable" | "serving-ended" }
  | { readonly serve: undefined; readonly reason: "renewing" | "neither-valid" };

/**
 * The decision table:
 *
 * | main | standby | result |
 * |---|---|---|
 * | being renewed | valid | the current certificate stays, while it is within its dates |
 * | valid | any | main |
 * | ending, expired, not yet valid, unloadable, doubtful | valid | standby |
 * | ending | not valid | main |
 * | expired, not yet valid, unloadable, doubtful | ending | standby |
 * | doubtful | not valid | main, with its fault, when the current certificate has ended: every client refuses that one |
 * | expired, not yet valid, unloadable | doubtful | standby, in the same case |
 * | expired, not yet valid, unloadable, doubtful | not valid | otherwise, the current certificate stays, and a fault is reported |
 */
export function chooseCertificate({ main, standby, renewing, isServingValid }: CertificateView): CertificateChoice {
  if (renewing && standby === "valid" && isServingValid) return { serve: undefined, reason: "renewing" };
  if (main === "valid") return { serve: "main", reason: "main-valid" };
  if (standby === "valid") return { serve: "standby", reason: "main-unusable" };
  if (main === "ending") return { serve: "main", reason: "main-valid" };
  if (standby === "ending") return { serve: "standby", reason: "main-unusable" };
  if (!isServingValid && main === "doubtful") return { serve: "main", reason: "serving-ended" };
  if (!isServingValid && standby === "doubtful") return { serve: "standby", reason: "serving-ended" };
  return { serve: undefined, reason: "neither-valid" };
}
