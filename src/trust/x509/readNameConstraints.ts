import { ipBytes, isDomainName, isMailbox } from "./certificateNames.ts";
import { type DerReader, TAG } from "./DerReader.ts";
import { asciiText } from "./readSans.ts";

/** A range of IP addresses. Address and mask have 4 or 16 octets, both the same. */
export interface IpRange {
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/** The subtrees on one side of a nameConstraints extension. */
export interface NameSubtrees {
  readonly dns: readonly string[];
  readonly ip: readonly IpRange[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
}

/** The names that a CA may sign certificates for. */
export interface NameConstraints {
  readonly permitted: NameSubtrees;
  readonly excluded: NameSubtrees;
  /** Whether it has a subtree of a kind that Go does not read, such as directory names. */
  readonly partlyRead: boolean;
}

/**
 * Reads the value of a nameConstraints extension (RFC 5280 4.2.1.10), as Go's parseNameConstraintsExtension does.
 * Throws {@link TrustError} `bad-certificate`.
 */
export function readNameConstraints(reader: DerReader): NameConstraints {
  const top = reader.enter(TAG.sequence);
  if (!reader.isEmpty) throw reader.fault("has more than one value");
  const permittedTrees = top.enterOptional(0xa0);
  const excludedTrees = top.enterOptional(0xa1);
  if (!top.isEmpty) throw reader.fault("has unexpected content");
  if ((permittedTrees?.isEmpty ?? true) && (excludedTrees?.isEmpty ?? true)) throw reader.fault("is empty");
  const permitted = readSubtrees(permittedTrees);
  const excluded = readSubtrees(excludedTrees);
  return { permitted, excluded, partlyRead: permitted.partlyRead || excluded.partlyRead };
}

function readSubtrees(trees: DerReader | undefined): NameSubtrees & { readonly partlyRead: boolean } {
  const dns: string[] = [];
  const ip: IpRange[] = [];
  const email: string[] = [];
  const uri: string[] = [];
  let partlyRead = false;
  while (trees !== undefined && !trees.isEmpty) {
    const { tag, content } = trees.enter(TAG.sequence).readAny();
    if (tag === 0x82) dns.push(domain(content, trees));
    else if (tag === 0x87) ip.push(range(content, trees));
    else if (tag === 0x81) email.push(mailboxOrDomain(content, trees));
    else if (tag === 0x86) uri.push(uriDomain(content, trees));
    else partlyRead = true;
  }
  return { dns, ip, email, uri, partlyRead };
}

function domain(content: Uint8Array, reader: DerReader): string {
  const text = asciiText(content, reader);
  if (!isDomainName(text, true)) throw reader.fault("has an invalid domain");
  return text;
}

function mailboxOrDomain(content: Uint8Array, reader: DerReader): string {
  const text = asciiText(content, reader);
  if (text.includes("@") ? !isMailbox(text) : !isDomainName(text, true))
    throw reader.fault("has an invalid mail address");
  return text;
}

function uriDomain(content: Uint8Array, reader: DerReader): string {
  const text = domain(content, reader);
  if (ipBytes(text) !== undefined) throw reader.fault("has an IP address in place of the domain of a URI");
  return text;
}

function range(content: Uint8Array, reader: DerReader): IpRange {
  if (content.length !== 8 && content.length !== 32)
    throw reader.fault("has an IP range that does not have 8 or 32 octets");
  const half = content.length / 2;
  const mask = content.subarray(half);
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  if (!/^1*0*$/.test(bits)) throw reader.fault("has an IP mask that is not a prefix");
  return { address: content.subarray(0, half), mask };
}
