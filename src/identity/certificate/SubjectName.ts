import { nameOfType } from "./nameOfType.ts";

/** One attribute of a subject. */
export interface SubjectAttribute {
  /** An OID or a name. */
  readonly type: string;
  /** The value, where it is a string. */
  readonly text?: string | undefined;
  /** The value in DER, as lower-case hex. It is used where there is no `text`, or where the type has no name. */
  readonly der?: string | undefined;
}

/** A subject: sets of attributes in the order of the certificate, mostly the country first. */
export type SubjectName = readonly (readonly SubjectAttribute[])[];

/**
 * The normal form of a subject, as RFC 4514 writes it. Equal subjects have equal texts, whatever their source.
 *
 * - The last set of the certificate is first: `CN=kube-apiserver,O=production`. No space follows a comma.
 * - The attributes of one set are sorted. A certificate has them in the order of their DER, a text in any order.
 * - Values keep their case and their spaces, and no two letters are the same. A look-alike is another subject.
 * - Control characters and those that change the text direction are escaped: a subject appears in logs.
 */
export function subjectText(name: SubjectName): string {
  return name
    .map((attributes) => attributes.map(attributeText).toSorted().join("+"))
    .toReversed()
    .join(",");
}

function attributeText({ type, text, der }: SubjectAttribute): string {
  const known = nameOfType(type);
  // RFC 4514 section 2.4: the value of a type without a name is written as its encoding.
  if (text === undefined || (known === undefined && der !== undefined)) return `${known ?? type}=#${der ?? ""}`;
  return `${known ?? type}=${escapedValue(text)}`;
}

function escapedValue(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, "\\$&")
    .replace(/^[ #]| $/g, "\\$&")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, hexPairs);
}

function hexPairs(character: string): string {
  return Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}
