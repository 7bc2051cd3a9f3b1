import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Severity } from "../Diagnosis.ts";

const DAY = 86_400_000;
/**
 * Whatever lives longer counts as if it lived for so long: ACM renews what lives for 395 days when 60 are left, a CA its
 * intermediate when much less than a third of its years are.
 */
const LONGEST = 90 * DAY;

/** How long a certificate has left, and how bad that is; undefined while there is time enough. */
export interface TimeLeft {
  readonly severity: Exclude<Severity, "info">;
  /** `ended 3 days ago`, `ends in 5 days, on 2026-11-30` */
  readonly text: string;
}

/**
 * ACME clients, cert-manager and managed edges renew when a third of a certificate's life is left (Let's Encrypt's advice,
 * RFC 9773 suggests windows like it): what has less is not being renewed, and below a tenth somebody has to do it now.
 */
export function timeLeft(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  now: number,
): TimeLeft | undefined {
  const left = notAfter.getTime() - now;
  const life = Math.min(notAfter.getTime() - notBefore.getTime(), LONGEST);
  if (left >= life / 3) return undefined;
  const severity = left < life / 10 ? "error" : "warning";
  const on = notAfter.toISOString().slice(0, 16).replace("T", " ");
  if (left <= 0) return { severity: "error", text: `ended ${span(-left)} ago, on ${on} UTC` };
  return { severity, text: `ends in ${span(left)}, on ${on} UTC` };
}

/** A time as people say it: `3 days`, `5 hours`, `1 minute`. In milliseconds. */
export function span(milliseconds: number): string {
  const [size, unit] =
    milliseconds >= 2 * DAY
      ? [DAY, "day"]
      : milliseconds >= 2 * 3_600_000
        ? [3_600_000, "hour"]
        : milliseconds >= 60_000
          ? [60_000, "minute"]
          : [1_000, "second"];
  const count = Math.floor(milliseconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
