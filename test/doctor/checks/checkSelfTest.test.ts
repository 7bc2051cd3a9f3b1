import { expect, it } from "vitest";
import { checkSelfTest } from "../../../src/doctor/checks/checkSelfTest.ts";
import { doctorCa, viewOf } from "../doctorView.ts";

const CALL = 'failed calling webhook "canary.postern.example": failed to call webhook: ';

it.each<[what: string, said: string, message: RegExp, todo: RegExp]>([
  [
    "an answer of 401",
    `${CALL}the server has asked for the client to provide credentials`,
    /^its answer is 401: the gate does not know the caller\. .*provide credentials$/,
    /^Find the line 'a call was refused' with this cluster in the gate's log: .* identity .*--sync-token.*--admission-config/,
  ],
  [
    "a missing file of the kubeConfigFile",
    `${CALL}could not get REST client: open /etc/kubernetes/postern/client.crt: no such file or directory`,
    /^the API server cannot read the credential that it has for the gate: .*client\.crt/,
    /^Write the file .*restart the API server/,
  ],
  [
    "an empty token",
    `${CALL}Post "https://gate.example.com/c/prod/validate": read empty token from file "/etc/token"`,
    /^the API server cannot read the credential /,
    /^Write the file /,
  ],
  [
    "a certificate",
    `${CALL}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    /^the API server cannot call it: .*unknown authority$/,
    /^Read the message\. The cause is the certificate .* a firewall/,
  ],
])("checkSelfTest says what is wrong for %s", async (_, said, message, todo) => {
  const view = await viewOf(await doctorCa("edge"), {
    selfTests: [{ gate: "postern", result: "failed", message: said }],
  });
  const [finding, ...others] = checkSelfTest(view);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: "cannot-be-called", severity: "error", about: "gate postern" });
  expect(finding?.message).toMatch(message);
  expect(finding?.todo).toMatch(todo);
});
