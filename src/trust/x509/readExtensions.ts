import { checkExtension } from "./checkExtension.ts";
import { DerReader, TAG } from "./DerReader.ts";
import { type NameConstraints, readNameConstraints } from "./readNameConstraints.ts";
import { readSans, type SubjectAltNames } from "./readSans.ts";

/** The bits of a keyUsage extension, in order (RFC 5280 4.2.1.3). */
const KEY_USAGES = [
  "digitalSignature",
  "contentCommitment",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** A permitted use of a key. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** The extensions of a certificate that verification needs. */
export interface Extensions {
  /** Undefined without the extension. */
  readonly basicConstraints: { readonly isCa: boolean; readonly pathLen: number | undefined } | undefined;
  readonly sans: SubjectAltNames;
  /** The value of the subjectAltName extension in hex; undefined without the extension. */
  readonly rawSans: string | undefined;
  /** Empty for any use. */
  readonly keyUsage: readonly KeyUsage[];
  /** OIDs. Empty for any use. */
  readonly extKeyUsage: readonly string[];
  readonly nameConstraints: NameConstraints | undefined;
  /** In hex. */
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  /** Whether it requires a check of certificate policies, which is not implemented. */
  readonly needsPolicies: boolean;
  /** OIDs of critical extensions that are not supported. With one of them, no chain verifies. */
  readonly unknownCritical: readonly string[];
}

const NO_NAMES: SubjectAltNames = { dns: [], ip: [], email: [], uri: [] };

/** An OID can have thousands of arcs. Messages show the first characters. */
const MAX_SHOWN = 64;

/** The extensions of a certificate that has none. */
export const NO_EXTENSIONS: Extensions = {
  basicConstraints: undefined,
  sans: NO_NAMES,
  rawSans: undefined,
  keyUsage: [],
  extKeyUsage: [],
  nameConstraints: undefined,
  subjectKeyId: undefined,
  authorityKeyId: undefined,
  needsPolicies: false,
  unknownCritical: [],
};

/**
 * Reads the extensions of a certificate, as Go's processExtensions does. Unknown extensions are listed if they are
 * critical. Throws {@link TrustError} `bad-certificate` for extensions that Go refuses.
 */
export function readExtensions(list: DerReader): Extensions {
  const seen = new Set<string>();
  const unknownCritical: string[] = [];
  let all: Extensions = { ...NO_EXTENSIONS, unknownCritical };
  while (!list.isEmpty) {
    const extension = list.enter(TAG.sequence, "extension");
    const oid = extension.readOid();
    const critical = extension.nextTag === TAG.boolean && extension.readBoolean();
    const value = extension.readElement(TAG.octetString).content;
    if (seen.has(oid)) throw extension.fault(`${oid.slice(0, MAX_SHOWN)} occurs twice`);
    seen.add(oid);
    const { isUnknown = false, ...read } = readExtension(oid, critical, value, all);
    // A copy of the list for each extension would take quadratic time.
    if (isUnknown && critical) unknownCritical.push(oid);
    all = { ...all, ...read };
  }
  return all;
}

/** What one extension says. `isUnknown`: Go does not process it, or not all of it. */
type ExtensionRead = Partial<Omit<Extensions, "unknownCritical">> & { readonly isUnknown?: boolean };

function readExtension(oid: string, critical: boolean, value: Uint8Array, all: Extensions): ExtensionRead {
  const reader = new DerReader(value, `extension ${oid.slice(0, MAX_SHOWN)}`);
  switch (oid) {
    case "2.5.29.15":
      return { keyUsage: readKeyUsage(reader) };
    case "2.5.29.19":
      return { basicConstraints: readBasicConstraints(reader) };
    case "2.5.29.17": {
      const sans = readSans(reader);
      const none = sans.dns.length + sans.ip.length + sans.email.length + sans.uri.length === 0;
      return { sans, rawSans: Buffer.from(value).toString("hex"), isUnknown: none };
    }
    case "2.5.29.30": {
      const nameConstraints = readNameConstraints(reader);
      return { nameConstraints, isUnknown: nameConstraints.partlyRead };
    }
    case "2.5.29.35": {
      // RFC 5280 4.2.1.1: never critical.
      if (critical) throw reader.fault("is critical");
      const id = reader.enter(TAG.sequence).readOptional(0x80);
      return { authorityKeyId: id === undefined ? undefined : Buffer.from(id).toString("hex") };
    }
    case "2.5.29.14": {
      // RFC 5280 4.2.1.2: never critical.
      if (critical) throw reader.fault("is critical");
      return { subjectKeyId: Buffer.from(reader.readElement(TAG.octetString).content).toString("hex") };
    }
    case "2.5.29.37":
      return { extKeyUsage: readExtKeyUsage(reader) };
    default: {
      const { understood, needsPolicies } = checkExtension(oid, critical, reader);
      return { isUnknown: !understood, needsPolicies: all.needsPolicies || needsPolicies };
    }
  }
}

function readKeyUsage(reader: DerReader): KeyUsage[] {
  const { bytes, unused } = reader.readBitString();
  const length = bytes.length * 8 - unused;
  return KEY_USAGES.filter((_, bit) => bit < length && ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function readBasicConstraints(reader: DerReader): { isCa: boolean; pathLen: number | undefined } {
  const constraints = reader.enter(TAG.sequence);
  const isCa = constraints.nextTag === TAG.boolean && constraints.readBoolean();
  const pathLen = constraints.nextTag === TAG.integer ? constraints.readInteger() : undefined;
  if (pathLen !== undefined && (pathLen < 0n || pathLen >= 1n << 53n)) throw reader.fault("has an invalid path length");
  return { isCa, pathLen: pathLen === undefined ? undefined : Number(pathLen) };
}

function readExtKeyUsage(reader: DerReader): string[] {
  const usages = reader.enter(TAG.sequence);
  const oids: string[] = [];
  while (!usages.isEmpty) oids.push(usages.readOid());
  return oids;
}
