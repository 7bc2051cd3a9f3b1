import type { ClusterView, SelfTestResult } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Whether the API server itself reaches the gate, as its canary's self-test by dry run tells. */
export function checkSelfTest({ selfTests }: ClusterView): Diagnosis[] {
  return selfTests.flatMap((test) => {
    const found = FOUND[test.result];
    return found === undefined ? [] : [{ ...found(test.message), about: `gate ${test.gate}` }];
  });
}

type Found = Omit<Diagnosis, "about">;

const FOUND: Readonly<Record<SelfTestResult["result"], ((message: string) => Found) | undefined>> = {
  signed: undefined,
  carried: undefined,
  failed: (message) => ({
    code: "cannot-be-called",
    severity: "error",
    message: `the API server cannot call it: ${message}`,
    todo: "Its own words say why: a certificate (see above), a name that its host does not resolve, or a firewall between them.",
  }),
  "bad-statement": (message) => ({
    code: "self-test-unsigned",
    severity: "warning",
    message: `the API server calls it, but its self-test is not to be believed: ${message}`,
    todo: "Set the gate's POSTERN_SIGNING_KEY, and its public part as selfTest.publicKey in the sync's config.",
  }),
  "not-made": (message) => ({
    code: "self-test-not-made",
    severity: "info",
    message: `whether the API server reaches it was not tested: ${message}`,
    todo: "Apply what postern render prints, the canary among it, and call as somebody who may create ConfigMaps in postern-selftest.",
  }),
};
