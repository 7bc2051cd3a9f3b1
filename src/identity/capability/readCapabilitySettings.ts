import type { JsonObject } from "../../protocol/Json.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import { type CheckedIssuer, ISSUER_SETTINGS, readTokenIssuer } from "../jwt/readTokenIssuer.ts";
import { type ChosenDuration, GRACE, LIFE } from "./ChosenDuration.ts";
import { JTI } from "./readCapability.ts";

/** The ServiceAccount of the sync, as `infra/kubernetes` installs it. */
const SYNC = "system:serviceaccount:postern-system:postern-sync";
const KEYS = ["tier", ...ISSUER_SETTINGS, "subject", "life", "grace", "denied", "notBefore"];
/** RFC 3339 in UTC: other forms mean other times in other zones. */
const UTC = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/;

/** Checked `CapabilitySettings`. */
export interface CheckedCapabilitySettings {
  readonly issuer: CheckedIssuer;
  readonly subject: string;
  readonly lifeMs: number;
  readonly graceMs: number;
  readonly denied: ReadonlySet<string>;
  readonly notBeforeMs: number | undefined;
}

/** Reads the settings of a cluster. Throws {@link IdentitySettingsError}, which repeats no value. */
export function readCapabilitySettings(settings: JsonObject): CheckedCapabilitySettings {
  const unknown = Object.keys(settings).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new IdentitySettingsError(unknown, "is not a setting of the tier capability");
  const { subject = SYNC, life = LIFE.byDefault, grace = GRACE.byDefault, denied = [], notBefore } = settings;
  return {
    issuer: readTokenIssuer(settings),
    subject: readSubject(subject),
    lifeMs: readTime("life", life, LIFE),
    graceMs: readTime("grace", grace, GRACE),
    denied: readDenied(denied),
    notBeforeMs: notBefore === undefined ? undefined : readNotBefore(notBefore),
  };
}

function readSubject(subject: unknown): string {
  if (typeof subject !== "string" || subject === "") throw new IdentitySettingsError("subject", ": expected a text");
  if (subject.includes("*"))
    throw new IdentitySettingsError("subject", "names one ServiceAccount: '*' does not stand for other characters");
  return subject;
}

function readTime(path: string, value: unknown, { min, max, read }: ChosenDuration): number {
  const ms = typeof value === "string" ? read(value) : undefined;
  if (ms === undefined)
    throw new IdentitySettingsError(path, `: expected a duration from ${min} to ${max}, such as 24h`);
  return ms;
}

function readDenied(denied: unknown): ReadonlySet<string> {
  if (!Array.isArray(denied)) throw new IdentitySettingsError("denied", ": expected a list of jti");
  return new Set(
    denied.map((jti: unknown, index) => {
      // Whole capabilities end up here as well, and would deny nothing. They are secrets.
      if (typeof jti !== "string" || !JTI.test(jti))
        throw new IdentitySettingsError(
          `denied.${index}`,
          ": expected the jti of a capability: 16 letters, digits, '-' and '_'",
        );
      return jti;
    }),
  );
}

function readNotBefore(text: unknown): number {
  const ms = typeof text === "string" && UTC.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse turns 30 February into 2 March.
  if (typeof text !== "string" || Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10)))
    throw new IdentitySettingsError("notBefore", ": expected a time in UTC, such as 2026-11-30T00:00:00Z");
  return ms;
}
