import { expect, it } from "vitest";
import type { CertificateStatus } from "../../../src/gate/GateDependencies.ts";
import { testGate } from "../gateCall.ts";

const certificate = { isReady: true, slot: "main", serial: "1", notAfter: "2026-07-01T12:00:00.000Z", faults: [] };
const fault = { slot: "main", code: "key-mismatch", message: "/etc/tls/tls.key: …" };

it.each<[what: string, code: number, status: string, certificate: CertificateStatus | undefined, isDraining: boolean]>([
  ["without its own certificate", 200, "ready", undefined, false],
  ["with a valid certificate", 200, "ready", certificate, false],
  ["with a valid certificate and faults in its files", 200, "ready", { ...certificate, faults: [fault] }, false],
  ["with an expired certificate", 503, "certificate-ended", { ...certificate, isReady: false }, false],
  ["while the process stops", 503, "draining", { ...certificate, isReady: false }, true],
])("GET /readyz %s answers %i %s", async (_what, code, status, given, isDraining) => {
  const { app } = testGate(
    {},
    { isDraining: () => isDraining, ...(given === undefined ? {} : { certificateStatus: () => given }) },
  );
  const answer = await app.request("/readyz");
  const text = await answer.text();
  expect({ status: answer.status, body: JSON.parse(text) }).toMatchObject({ status: code, body: { status } });
  expect(text.includes('"certificate"')).toBe(given !== undefined);
  expect(text.includes("key-mismatch")).toBe((given?.faults.length ?? 0) > 0);
  // Anyone who can call the gate reads this: no names of files.
  expect(text).not.toContain("/etc/tls");
});
