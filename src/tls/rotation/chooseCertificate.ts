import type { Slot } from "../pair/Slot.ts";

/**
 * State of a slot's files. `ending`: valid, but so close to its end that connections would outlive it. `unloadable`: cannot
 * be served for a reason other than its dates. `absent`: not configured.
 */
export type SlotStatus = "valid" | "ending" | "expired" | "not-yet-valid" | "unloadable" | "absent";

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
  | { readonly serve: Slot; readonly reason: "main-valid" | "main-unusable" }
  | { readonly serve: undefined; readonly reason: "renewing" | "neither-valid" };

/**
 * The decision table:
 *
 * | main | standby | result |
 * |---|---|---|
 * | being renewed | valid | the current certificate stays, while it is within its dates |
 * | valid | any | main |
 * | ending, expired, not yet valid, unloadable | valid | standby |
 * | ending | not valid | main |
 * | expired, not yet valid, unloadable | ending | standby |
 * | expired, not yet valid, unloadable | not valid | the current certificate stays, and a fault is reported |
 */
export function chooseCertificate({ main, standby, renewing, isServingValid }: CertificateView): CertificateChoice {
  if (renewing && standby === "valid" && isServingValid) return { serve: undefined, reason: "renewing" };
  if (main === "valid") return { serve: "main", reason: "main-valid" };
  if (standby === "valid") return { serve: "standby", reason: "main-unusable" };
  if (main === "ending") return { serve: "main", reason: "main-valid" };
  if (standby === "ending") return { serve: "standby", reason: "main-unusable" };
  return { serve: undefined, reason: "neither-valid" };
}
