import type { JsonObject } from "../../protocol/Json.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import { type CheckedIssuer, ISSUER_SETTINGS, readTokenIssuer } from "./readTokenIssuer.ts";

/** Of subjects and audiences, each. A token is compared with all of them. */
const MAX_TEXTS = 64;
const MAX_TEXT = 2048;

/** Checked `JwtSettings`. */
export interface CheckedJwtSettings {
  readonly issuer: CheckedIssuer;
  readonly subjects: readonly string[];
  readonly audiences: readonly string[];
}

/** Reads the settings of the tier `jwt`. Throws {@link IdentitySettingsError}, which repeats no value. */
export function readJwtSettings(settings: JsonObject): CheckedJwtSettings {
  const { tier, subjects, audiences } = settings;
  if (tier !== "jwt") throw new IdentitySettingsError("tier", ': expected "jwt"');
  const known = ["tier", "subjects", "audiences", ...ISSUER_SETTINGS];
  for (const key of Object.keys(settings))
    if (!known.includes(key))
      throw new IdentitySettingsError(key, `is not a setting of the tier jwt: ${known.join(", ")}`);
  const issuer = readTokenIssuer(settings);
  if (subjects === undefined) throw new IdentitySettingsError("subjects", "is missing");
  return {
    issuer,
    subjects: readTexts("subjects", subjects, 1),
    audiences: audiences === undefined ? [] : readAudiences(audiences),
  };
}

/** The token of a sync has the audience `https://HOST/token`. It asks for capabilities, and must be of no other use. */
function readAudiences(value: unknown): readonly string[] {
  const audiences = readTexts("audiences", value, 0);
  const index = audiences.findIndex((audience) => audience.endsWith("/token"));
  if (index >= 0)
    throw new IdentitySettingsError(
      `audiences.${index}`,
      "ends in /token, as the audience of a sync's token: that one would be good for reviews",
    );
  return audiences;
}

function readTexts(path: string, value: unknown, min: number): readonly string[] {
  if (!Array.isArray(value) || value.length < min || value.length > MAX_TEXTS)
    throw new IdentitySettingsError(path, `: expected a list of ${min} to ${MAX_TEXTS} texts`);
  return value.map((text: unknown, index) => {
    if (typeof text !== "string" || text === "" || text.length > MAX_TEXT)
      throw new IdentitySettingsError(`${path}.${index}`, `: expected a text of 1 to ${MAX_TEXT} characters`);
    return text;
  });
}
