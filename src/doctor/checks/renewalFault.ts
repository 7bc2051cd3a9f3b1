import type { ManagedCertificate } from "../cluster/ManagedCertificate.ts";
import type { Diagnosis } from "../Diagnosis.ts";
import { span, timeLeft } from "./timeLeft.ts";

/** What stands against a renewal; `words` follow what it is about. */
export interface RenewalFault {
  readonly code: Extract<Diagnosis["code"], "not-renewed" | "renewal-failing" | "nobody-renews">;
  readonly severity: Diagnosis["severity"];
  readonly words: string;
  readonly todo: string;
}

/** A renewal takes a moment, and its time is to the second. In milliseconds, and in parts of a life. */
const MOST_SLACK = 3_600_000;
const SLACK_PART = 20;

/** Whether cert-manager does not renew a Certificate as it should. `now` in milliseconds since 1970. */
export function renewalFault(certificate: ManagedCertificate, now: number): RenewalFault | undefined {
  const { namespace, name, secret, isReady, why, failedAt, notBefore, notAfter, renewal } = certificate;
  const known = notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter };
  const left =
    known === undefined
      ? undefined
      : timeLeft({ notBefore: new Date(known.notBefore), notAfter: new Date(known.notAfter) }, now);
  const slack = known === undefined ? 0 : Math.min(MOST_SLACK, (known.notAfter - known.notBefore) / SLACK_PART);
  const isLate = renewal === undefined ? left !== undefined : now > renewal + slack;
  const which = `Certificate ${namespace}/${name} (Secret ${secret})`;
  const end =
    left?.text ??
    (notAfter === undefined ? "was never issued" : `ends on ${new Date(notAfter).toISOString().slice(0, 10)}`);
  const failed = failedAt === undefined ? "" : `; the last attempt failed ${span(Math.max(0, now - failedAt))} ago`;
  const because = why === "" ? "" : `: ${why}`;
  const todo = `See kubectl -n ${namespace} describe certificate ${name}, and the CertificateRequest and Issuer that it names.`;
  if (!isReady || failedAt !== undefined)
    return {
      code: "renewal-failing",
      severity: left?.severity ?? "warning",
      words: `${which} ${end}, and ${isReady ? "is not renewed" : "is not ready"}${failed}${because}`,
      todo,
    };
  if (!isLate) return undefined;
  const due =
    renewal === undefined ? "" : ` since ${new Date(renewal).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return {
    code: "not-renewed",
    severity: left?.severity ?? "warning",
    words: `${which} ${end}, and should have been renewed${due}`,
    todo: `See that cert-manager runs; ${todo.charAt(0).toLowerCase()}${todo.slice(1)}`,
  };
}
