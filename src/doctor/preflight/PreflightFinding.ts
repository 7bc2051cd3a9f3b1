import type { Severity } from "../DoctorFinding.ts";

/** What a check of a URL found, before anything is registered. Part of the API: callers match on these. */
export type PreflightCode =
  /** The host of the URL has no address from here. Check the name, and that its record is published. */
  | "no-address"
  /** No address completes a TLS handshake from here. Check the deployment, the port and the firewall. */
  | "no-handshake"
  /** One address completes no handshake, others do. Repair it, or remove it from DNS: an API server may use it. */
  | "silent-address"
  /** An address is one of this machine, or of a private network. An API server elsewhere cannot call it. */
  | "local-address"
  /** The API server would refuse the certificate, whatever `caBundle` is: names, dates, or how it was made. */
  | "bad-certificate"
  /** The server sends its certificate without the intermediate that signed it. Serve the whole chain. */
  | "incomplete-chain"
  /** No public root signed the chain. The API server needs the root in `caBundle`: `postern render --ca FILE`. */
  | "private-root"
  /** The roots of `--ca` do not verify the chain. Give the root that it leads to. */
  | "other-root"
  /** The server asks for a client certificate. Only a self-managed API server can present one. */
  | "wants-client-certificate"
  /** A served certificate has less than a third of its lifetime left (error: a tenth) and was not renewed. */
  | "renewal-due"
  /** No HTTP answer came over TLS. The message says why. */
  | "no-answer"
  /** The URL redirects. The API server follows, and may lose the body of the call. Use the URL that it leads to. */
  | "redirects"
  /** Something that is no gate answers at the URL, such as a login page. Take it out of the way of the API server. */
  | "not-a-gate"
  /** A gate answers, but not at this path. Correct the path of the URL, or `basePath` of the gate. */
  | "wrong-path"
  /** The gate answers that it takes no calls now. Read its log. */
  | "not-ready"
  /** The gate gives verdicts to every caller for the cluster. Set `identity` of the cluster in the gate. */
  | "open-cluster"
  /** The gate does not know the cluster, or wants its credential. `postern enroll` prints the settings. */
  | "credential-wanted"
  /** Half of the calls over new connections take more than a second. A call may take `timeoutSeconds`, 5 by default. */
  | "slow"
  /** The clock of the gate is wrong by a minute or more. Correct it: self-tests and capabilities have dates. */
  | "wrong-clock"
  /** No announcement is published at the URL. Publish one with `postern announce` if the sync should follow it. */
  | "no-announcement"
  /** What is published in the place of the announcement is none. Check what `postern announce` publishes. */
  | "bad-announcement"
  /** AWS Lambda accepts at most 6 MB a request. Nothing to do if no object is that large. */
  | "small-bodies"
  /** The API server cannot reach the URL. Open the way from its network. */
  | "api-server-cannot-reach"
  /** The API server reaches the URL and refuses its certificate. Give the roots with `--ca`. */
  | "api-server-refuses-chain"
  /** The API server gets an answer that is none of a gate. Compare with what answers this machine: a proxy may be between. */
  | "api-server-other-answer"
  /** The API server could not be asked. The message says why. */
  | "api-server-not-asked";

/** One finding of `postern doctor --preflight`. */
export interface PreflightFinding {
  readonly code: PreflightCode;
  readonly severity: Severity;
  /** The URL, an address or an API server. */
  readonly about: string;
  readonly message: string;
  /** What to do, in the imperative. */
  readonly todo: string;
}
