import { ipBytes, isDomainName, isMailbox } from "../x509/certificateNames.ts";
import type { NameConstraints } from "../x509/readNameConstraints.ts";
import type { SubjectAltNames } from "../x509/readSans.ts";
import { type NameKind, SubtreeIndex } from "./SubtreeIndex.ts";
import type { Chain, ChainFault } from "./Verification.ts";

/** The number of comparisons that Go up to 1.25 makes for one chain. It refuses a chain that needs more. */
const MAX_COMPARISONS = 250_000;
const KINDS = ["ip", "dns", "uri", "email"] as const satisfies readonly NameKind[];

type Names = Readonly<Record<NameKind, readonly string[]>>;

/** The constraints of a CA, prepared for lookups. */
interface ConstraintIndex {
  readonly permitted: SubtreeIndex;
  readonly excluded: SubtreeIndex;
}

/**
 * Checks the alternative names of chains against the name constraints of all CAs above them, as Go's checkChainConstraints
 * does. One object serves all chains of a verification: the names of a certificate are compared once with each CA, however
 * many chains have both.
 */
export class NameConstraintCheck {
  readonly #names = new Map<SubjectAltNames, Names | null>();
  readonly #indexes = new Map<NameConstraints, ConstraintIndex>();
  /** The first name that a CA does not allow; null if it allows all. */
  readonly #refused = new Map<SubjectAltNames, Map<NameConstraints, string | null>>();

  /**
   * The fault of a chain; undefined if all names are allowed. The anchor's constraints count too. Where Go reads a name in
   * several ways, the strict one applies.
   */
  faultOf(chain: Chain): ChainFault | undefined {
    let comparisons = 0;
    for (const [index, { sans, subject }] of chain.entries()) {
      const above = chain.slice(index + 1).flatMap(({ nameConstraints }) => nameConstraints ?? []);
      if (above.length === 0) return undefined;
      const names = remember(this.#names, sans, () => namesOf(sans));
      if (names === null)
        return {
          code: "name-not-allowed",
          message: `${subject.short} has a name that cannot be compared with name constraints`,
        };
      for (const constraints of above) {
        comparisons += comparisonsOf(names, constraints);
        if (comparisons > MAX_COMPARISONS)
          return { code: "too-much-work", message: `more than ${MAX_COMPARISONS} comparisons of names` };
        const known = remember(this.#refused, sans, () => new Map<NameConstraints, string | null>());
        const refused = remember(known, constraints, () => this.#refusedName(names, constraints));
        if (refused !== null)
          return {
            code: "name-not-allowed",
            message: `a CA above ${subject.short} may not sign for ${refused.slice(0, 256)}`,
          };
      }
    }
    return undefined;
  }

  /** The first name that the constraints of a CA do not allow. */
  #refusedName(names: Names, constraints: NameConstraints): string | null {
    const { permitted, excluded } = remember(this.#indexes, constraints, () => ({
      permitted: new SubtreeIndex(constraints.permitted, "permitted"),
      excluded: new SubtreeIndex(constraints.excluded, "excluded"),
    }));
    for (const kind of KINDS) {
      const isLimited = constraints.permitted[kind].length > 0;
      const name = names[kind].find((it) => (isLimited && !permitted.has(kind, it)) || excluded.has(kind, it));
      if (name !== undefined) return name;
    }
    return null;
  }
}

function remember<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

function comparisonsOf(names: Names, { permitted, excluded }: NameConstraints): number {
  return KINDS.reduce((sum, kind) => sum + names[kind].length * (permitted[kind].length + excluded[kind].length), 0);
}

/** Null if a name has a form that cannot be compared. */
function namesOf({ dns, ip, email, uri }: SubjectAltNames): Names | null {
  const hosts = uri.map(({ host }) => host);
  const comparable =
    dns.every((name) => isDomainName(name, false)) &&
    email.every(isMailbox) &&
    hosts.every((host) => host !== "" && ipBytes(host) === undefined);
  return comparable ? { ip, dns, uri: hosts, email } : null;
}
