import type { ClusterView, SelfTestResult } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Checks whether the API server itself can call the gate, by the self-test through the gate's canary. */
export function checkSelfTest({ selfTests }: ClusterView): DoctorFinding[] {
  return selfTests.flatMap(({ gate, result, message }) => {
    const finding = FINDINGS[result]?.(message);
    return finding === undefined ? [] : [{ ...finding, about: `gate ${gate}` }];
  });
}

type FindingOf = (message: string) => Omit<DoctorFinding, "about">;

const FINDINGS: Readonly<Record<SelfTestResult["result"], FindingOf | undefined>> = {
  signed: undefined,
  called: undefined,
  failed: (message) => ({
    code: "cannot-be-called",
    severity: "error",
    message: `the API server cannot call it: ${message}`,
    todo: "Read the message. The cause is the certificate (see the other findings), a name that the API server's host does not resolve, or a firewall between them.",
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
