import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { JWK } from "jose";
import type { Gate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import type { GateDependencies } from "../../../src/gate/GateDependencies.ts";

/** A logger that drops all lines. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Creates the request listener of a gate that signs its self-tests. `more` holds further dependencies of the gate. */
export function gateListener(
  gate: Gate,
  signingKey: JWK,
  more: Partial<Pick<GateDependencies, "announcement" | "now">> = {},
): RequestListener {
  const app = createGate(gate, { now: Date.now, log: SILENT, signingKey, ...more });
  const answer = getRequestListener((request) => app.fetch(request));
  return (incoming, outgoing) => void answer(incoming, outgoing);
}
