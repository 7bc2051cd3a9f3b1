/** Which of two certificates; without a second one, `main`. */
export type Slot = "main" | "standby";

/** Both, the preferred one first. */
export const SLOTS = ["main", "standby"] as const satisfies readonly Slot[];

/**
 * How a slot's files stand now. `ending` is valid, but so near its end that connections would outlive it; `unloadable` is
 * whatever cannot be served for another reason than its time; `absent` is not configured.
 */
export type SlotStatus = "valid" | "ending" | "expired" | "not-yet-valid" | "unloadable" | "absent";

/** What {@link chooseCertificate} goes by. */
export interface CertificateView {
  readonly main: SlotStatus;
  readonly standby: SlotStatus;
  /** Somebody is renewing the main one. */
  readonly renewing: boolean;
  /** Whether the certificate in memory that serves now is in its time. */
  readonly servingInTime: boolean;
}

/** Why a certificate is served, or the one that serves is kept. */
export type CertificateChoice =
  | { readonly serve: Slot; readonly why: "main-valid" | "main-unusable" }
  | { readonly serve: undefined; readonly why: "renewing" | "neither-valid" };

/**
 * The decision table:
 *
 * | main | standby | |
 * |---|---|---|
 * | being renewed | valid | what serves is kept, for as long as it is in its time |
 * | valid | any | main |
 * | ending, expired, not yet valid, unloadable | valid | standby |
 * | ending | not valid | main |
 * | expired, not yet valid, unloadable | ending | standby |
 * | expired, not yet valid, unloadable | not valid | what serves is kept, and it is said |
 */
export function chooseCertificate({ main, standby, renewing, servingInTime }: CertificateView): CertificateChoice {
  if (renewing && standby === "valid" && servingInTime) return { serve: undefined, why: "renewing" };
  if (main === "valid") return { serve: "main", why: "main-valid" };
  if (standby === "valid") return { serve: "standby", why: "main-unusable" };
  if (main === "ending") return { serve: "main", why: "main-valid" };
  if (standby === "ending") return { serve: "standby", why: "main-unusable" };
  return { serve: undefined, why: "neither-valid" };
}
