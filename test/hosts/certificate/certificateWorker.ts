import { workerCertificate } from "../../../src/hosts/certificate/workerCertificate.ts";

/** Answers each request with its client certificate, or null. */
export default {
  fetch: (request: Request): Response => Response.json(workerCertificate(request) ?? null),
};
