import { type DerReader, TAG } from "./DerReader.ts";

/** What {@link checkExtension} found about an extension. */
export interface ExtensionForm {
  /** Whether Go processes this extension. If it does, it may be critical. */
  readonly understood: boolean;
  /** Whether it requires a check of certificate policies (RFC 5280 4.2.1.5, 4.2.1.11). */
  readonly needsPolicies: boolean;
}

const UNDERSTOOD: ExtensionForm = { understood: true, needsPolicies: false };

/**
 * Checks extensions that do not influence verification here, but that must be well formed for Go to parse the
 * certificate. Throws {@link TrustError} `bad-certificate`.
 */
export function checkExtension(oid: string, critical: boolean, reader: DerReader): ExtensionForm {
  switch (oid) {
    case "2.5.29.31":
      checkDistributionPoints(reader);
      return UNDERSTOOD;
    case "2.5.29.32":
      checkPolicies(reader);
      return UNDERSTOOD;
    case "2.5.29.33":
      each(reader, (mapping) => {
        mapping.readElement(TAG.oid);
        mapping.readElement(TAG.oid);
      });
      return { understood: true, needsPolicies: true };
    case "2.5.29.36": {
      const constraints = reader.enter(TAG.sequence);
      const explicit = constraints.nextTag === 0x80;
      if (explicit) checkCount(constraints, 0x80);
      if (constraints.nextTag === 0x81) checkCount(constraints, 0x81);
      return { understood: true, needsPolicies: explicit };
    }
    case "2.5.29.54":
      checkCount(reader, TAG.integer);
      return UNDERSTOOD;
    case "1.3.6.1.5.5.7.1.1":
      // RFC 5280 4.2.2.1: never critical.
      if (critical) throw reader.fault("is critical");
      each(reader, (access) => {
        access.readOid();
        if (access.nextTag === 0x86) access.readAny();
      });
      return UNDERSTOOD;
    default:
      return { understood: false, needsPolicies: false };
  }
}

function each(reader: DerReader, check: (item: DerReader) => void): void {
  const list = reader.enter(TAG.sequence);
  while (!list.isEmpty) check(list.enter(TAG.sequence));
}

/** A number of certificates. Go stores it in 64 bits. */
function checkCount(reader: DerReader, tag: number): void {
  const count = reader.readInteger(tag);
  if (BigInt.asIntN(64, count) !== count) throw reader.fault("has a number of more than 64 bits");
}

function checkDistributionPoints(reader: DerReader): void {
  each(reader, (point) => {
    const names = point.enterOptional(0xa0)?.enter(0xa0);
    while (names?.nextTag === 0x86) names.readAny();
  });
}

function checkPolicies(reader: DerReader): void {
  const seen = new Set<string>();
  each(reader, (policy) => {
    const oid = Buffer.from(policy.readOidBytes()).toString("hex");
    if (seen.has(oid)) throw reader.fault("has a policy twice");
    seen.add(oid);
  });
}
