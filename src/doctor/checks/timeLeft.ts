import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Severity } from "../DoctorFinding.ts";

const DAY_MS = 86_400_000;
/**
 * Longer lifetimes count as 90 days: ACM renews certificates of 395 days when 60 days are left, and CAs renew
 * intermediates when much less than a third of their years is left.
 */
const MAX_LIFETIME_MS = 90 * DAY_MS;

/** How long a certificate lasts, and how bad that is. */
export interface TimeLeft {
  readonly severity: Exclude<Severity, "info">;
  /** `ended 3 days ago, on 2026-11-22 16:26 UTC` or `ends in 5 days, on 2026-11-30 16:26 UTC`. */
  readonly text: string;
}

/**
 * Judges the remaining lifetime of a certificate. Undefined while at least a third of the lifetime is left: ACME
 * clients, cert-manager and managed endpoints renew at that time (as Let's Encrypt advises; RFC 9773 suggests similar
 * windows). With less, renewal does not work. Below a tenth, an administrator must act now.
 */
export function timeLeft(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  now: number,
): TimeLeft | undefined {
  const leftMs = notAfter.getTime() - now;
  const lifetimeMs = Math.min(notAfter.getTime() - notBefore.getTime(), MAX_LIFETIME_MS);
  if (leftMs >= lifetimeMs / 3) return undefined;
  const severity = leftMs < lifetimeMs / 10 ? "error" : "warning";
  const on = notAfter.toISOString().slice(0, 16).replace("T", " ");
  if (leftMs <= 0) return { severity: "error", text: `ended ${durationText(-leftMs)} ago, on ${on} UTC` };
  return { severity, text: `ends in ${durationText(leftMs)}, on ${on} UTC` };
}

/** A duration for people: `3 days`, `5 hours`, `1 minute`. */
export function durationText(durationMs: number): string {
  const [unitMs, unit] =
    durationMs >= 2 * DAY_MS
      ? [DAY_MS, "day"]
      : durationMs >= 2 * 3_600_000
        ? [3_600_000, "hour"]
        : durationMs >= 60_000
          ? [60_000, "minute"]
          : [1_000, "second"];
  const count = Math.floor(durationMs / unitMs);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
