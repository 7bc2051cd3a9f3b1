import { expect, it } from "vitest";
import type { CertificateStatus } from "../../../src/gate/GateDependencies.ts";
import { testGate } from "../gateCall.ts";

const certificate = { isReady: true, slot: "main", serial: "1", notAfter: "2026-07-01T12:00:00.000Z", faults: [] };
const fault = { slot: "main", code: "key-mismatch", message: "/etc/tls/tls.key: …" };

it.each<[what: string, certificate: CertificateStatus | undefined, draining: boolean, status: number, said: string]>([
  ["no certificate of its own", undefined, false, 200, "ready"],
  ["a certificate in its time", certificate, false, 200, "ready"],
  ["bad files beside it", { ...certificate, faults: [fault] }, false, 200, "ready"],
  ["a certificate that has ended", { ...certificate, isReady: false }, false, 503, "certificate-ended"],
  ["about to stop", { ...certificate, isReady: false }, true, 503, "draining"],
])("%s", async (_what, given, draining, status, said) => {
  const { app } = testGate(
    {},
    { isDraining: () => draining, ...(given === undefined ? {} : { certificateStatus: () => given }) },
  );
  const answer = await app.request("/readyz");
  const text = await answer.text();
  expect({ status: answer.status, body: JSON.parse(text) }).toMatchObject({ status, body: { status: said } });
  expect(text.includes('"certificate"')).toBe(given !== undefined);
  expect(text.includes("key-mismatch")).toBe((given?.faults.length ?? 0) > 0);
  // Whoever can call the gate is not told of its files.
  expect(text).not.toContain("/etc/tls");
});
