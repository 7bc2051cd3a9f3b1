import type { JsonObject } from "../../protocol/Json.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import { nameOfType } from "./nameOfType.ts";
import { parseSubject } from "./parseSubject.ts";
import { subjectText } from "./SubjectName.ts";

/** The certificates that a cluster's settings name. */
export interface PinnedCertificates {
  /** SHA-256 in lower-case hex. */
  readonly fingerprints: ReadonlySet<string>;
  /** In the form of `subjectText`. */
  readonly subjects: ReadonlySet<string>;
}

const KEYS = ["tier", "fingerprints", "subjects"];
const SHA256 = /^[0-9a-f]{64}$/;

/** Reads the settings of the tier. Throws {@link IdentitySettingsError}. */
export function readCertificateSettings(settings: JsonObject): PinnedCertificates {
  const unknown = Object.keys(settings).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new IdentitySettingsError(unknown, "is not a setting of client-certificate");
  const fingerprints = readList(settings, "fingerprints", readFingerprint);
  const subjects = readList(settings, "subjects", readSubject);
  if (fingerprints.length + subjects.length === 0)
    throw new IdentitySettingsError("", "names no certificate: set fingerprints, subjects or both");
  return { fingerprints: new Set(fingerprints), subjects: new Set(subjects) };
}

function readList(settings: JsonObject, key: string, read: (text: string, path: string) => string): readonly string[] {
  const list = settings[key];
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new IdentitySettingsError(key, ": expected a list");
  return list.map((it, index) => {
    const path = `${key}.${index}`;
    if (typeof it !== "string") throw new IdentitySettingsError(path, ": expected a string");
    return read(it, path);
  });
}

/** `openssl x509 -fingerprint -sha256` prints upper case with colons. */
function readFingerprint(text: string, path: string): string {
  const hex = text.replaceAll(":", "").toLowerCase();
  if (!SHA256.test(hex)) throw new IdentitySettingsError(path, ": expected SHA-256 in hex, which has 64 digits");
  return hex;
}

function readSubject(text: string, path: string): string {
  const name = parseSubject(text);
  if (name === undefined || name.length === 0)
    throw new IdentitySettingsError(path, ": expected a subject of RFC 4514, such as CN=kube-apiserver,O=production");
  const wrong = name.flat().find(({ type, der }) => nameOfType(type) === undefined && der === undefined);
  if (wrong !== undefined)
    throw new IdentitySettingsError(
      path,
      `: ${JSON.stringify(wrong.type)} is not a known attribute; write it as OID=#HEX, as the log shows it`,
    );
  return subjectText(name);
}
