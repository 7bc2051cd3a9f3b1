import { subjectText } from "../../identity/certificate/SubjectName.ts";
import type { ClientCertificate } from "../../identity/IdentityTier.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";

/** The parts of a parsed certificate that identify a caller. */
export function clientOfCertificate({ fingerprint, subject, notBefore, notAfter }: Certificate): ClientCertificate {
  return {
    fingerprint,
    subject: subjectText(
      subject.sets.map((set) => set.map(({ oid, value, raw }) => ({ type: oid, text: value, der: raw }))),
    ),
    notBeforeMs: notBefore.getTime(),
    notAfterMs: notAfter.getTime(),
  };
}
