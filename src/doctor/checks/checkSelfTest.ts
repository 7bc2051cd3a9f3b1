import type { ClusterView, SelfTestResult } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks whether the API server itself can call the gate, by the self-test through the gate's canary. */
export function checkSelfTest({ selfTests }: ClusterView): DoctorFinding[] {
  return selfTests.flatMap(({ gate, result, message }) => {
    const finding = FINDINGS[result]?.(message);
    return finding === undefined ? [] : [{ ...finding, about: `gate ${gate}` }];
  });
}

/** A self-test that failed, by the message of the API server. */
function callFault(message: string): Pick<DoctorFinding, "message" | "todo"> {
  if (message.includes(UNAUTHORIZED))
    return {
      message: `its answer is 401: the gate does not know the caller. The connection and the certificate are good: ${message}`,
      todo: "Find the line 'a call was refused' with this cluster in the gate's log: its reason says what identity of the cluster in the gate does not accept. For no-credential: a managed cluster needs a capability in its URLs, so let the sync run, or render with --sync-token; a self-managed API server needs the files of postern render --admission-config. src/identity/README.md has what to do for each reason.",
    };
  if (CREDENTIAL_FILE.test(message))
    return {
      message: `the API server cannot read the credential that it has for the gate: ${message}`,
      todo: "Write the file that the message names, on the hosts of the API server. Then change the registration, such as with kubectl annotate, or restart the API server: until then it keeps the error. See src/identity/README.md.",
    };
  return {
    message: `the API server cannot call it: ${message}`,
    todo: "Read the message. The cause is the certificate (see the other findings), a name that the API server's host does not resolve, or a firewall between them.",
  };
}

/** How client-go names an answer of 401. */
const UNAUTHORIZED = "the server has asked for the client to provide credentials";
/** What an API server says of a file of its kubeConfigFile: it calls nobody then. */
const CREDENTIAL_FILE = /could not get REST client: |read empty token from file/;

type FindingOf = (message: string) => Omit<DoctorFinding, "about">;

const FINDINGS: Readonly<Record<SelfTestResult["result"], FindingOf | undefined>> = {
  signed: undefined,
  called: undefined,
  failed: (message) => ({
    code: "cannot-be-called",
    severity: "error",
    ...callFault(message),
  }),
  "bad-statement": (message) => ({
    code: "self-test-unsigned",
    severity: "warning",
    message: `the API server calls it, but the answer to the self-test cannot be verified: ${message}`,
    todo: "Set POSTERN_SIGNING_KEY of the gate, and its public part as selfTest.publicKey in the sync's config.",
  }),
  "not-made": (message) => ({
    code: "self-test-not-made",
    severity: "info",
    message: `whether the API server can call it was not tested: ${message}`,
    todo: "Apply the output of postern render, which contains the canary, and run the command as a user that may create ConfigMaps in postern-selftest.",
  }),
};
