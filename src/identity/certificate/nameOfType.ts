/**
 * Attribute types that have a name in the normal form of a subject: those of RFC 4514 section 3, and others that CAs use. Other types
 * are written as OIDs, or as their source names them.
 */
const NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "title",
  "2.5.4.13": "description",
  "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode",
  "2.5.4.41": "name",
  "2.5.4.42": "GN",
  "2.5.4.43": "initials",
  "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym",
  "2.5.4.97": "organizationIdentifier",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
};

/** Names that other sources use for the same types, in lower case. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  commonname: "CN",
  surname: "SN",
  countryname: "C",
  localityname: "L",
  stateorprovincename: "ST",
  streetaddress: "STREET",
  organizationname: "O",
  organizationalunitname: "OU",
  givenname: "GN",
  userid: "UID",
  domaincomponent: "DC",
  email: "emailAddress",
  e: "emailAddress",
};

const BY_NAME: ReadonlyMap<string, string> = new Map([
  ...Object.values(NAMES).map((name): [string, string] => [name.toLowerCase(), name]),
  ...Object.entries(OTHER_NAMES),
]);

/** An OID without leading zeros (RFC 4512 section 1.4). */
const OID = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/;

/** The name of an attribute type in the normal form, given by its OID or one of its names in any case. Undefined when there is none. */
export function nameOfType(type: string): string | undefined {
  return Object.hasOwn(NAMES, type) ? NAMES[type] : BY_NAME.get(type.toLowerCase());
}

/** Whether a type is an OID. */
export function isOid(type: string): boolean {
  return OID.test(type);
}
