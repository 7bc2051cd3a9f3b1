import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { patience } from "../../run/speedFactor.ts";

const CALL_TIMEOUT_MS = patience(5_000);

/** The serving certificate of a gate Pod, as its readiness endpoint and its handshake show it. */
export interface ServedCertificate {
  readonly slot: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** The common name. */
  readonly name: string;
}

/** Calls the gate at `address` over a new connection and verifies its certificate with `ca`. */
export function readServedCertificate(address: string, ca: string): Promise<ServedCertificate> {
  return new Promise((resolve, reject) => {
    const options = { host: address, path: "/readyz", ca, agent: false, timeout: CALL_TIMEOUT_MS };
    const call = request(options, (answer) => {
      const name = (answer.socket as TLSSocket).getPeerCertificate().subject.CN;
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.once("end", () => resolve({ ...JSON.parse(text).certificate, name }));
    });
    call.once("error", reject);
    call.once("timeout", () => call.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS} ms`)));
    call.end();
  });
}
