import type { Certificate } from "../x509/Certificate.ts";

/** A set of certificates, indexed by subject. Candidates come in the order in which Go's CertPool tries them. */
export class CertificatePool {
  readonly #bySubject = new Map<string, Certificate[]>();
  readonly #fingerprints = new Set<string>();

  /** Duplicates count once. */
  constructor(certificates: readonly Certificate[]) {
    for (const certificate of certificates) {
      if (this.#fingerprints.has(certificate.fingerprint)) continue;
      this.#fingerprints.add(certificate.fingerprint);
      const known = this.#bySubject.get(certificate.subject.raw);
      if (known === undefined) this.#bySubject.set(certificate.subject.raw, [certificate]);
      else known.push(certificate);
    }
  }

  has(certificate: Certificate): boolean {
    return this.#fingerprints.has(certificate.fingerprint);
  }

  /** The certificates whose subject is the issuer of `child`: matching key identifiers first, different ones last. */
  parentsOf(child: Certificate): readonly Certificate[] {
    const rank = ({ subjectKeyId: id }: Certificate): number => {
      if ((id ?? "") === (child.authorityKeyId ?? "")) return 0;
      return id && child.authorityKeyId ? 2 : 1;
    };
    // The sort is stable.
    return (this.#bySubject.get(child.issuer.raw) ?? []).toSorted((left, right) => rank(left) - rank(right));
  }
}
