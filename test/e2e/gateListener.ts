import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { JWK } from "jose";
import type { Gate } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";

/** Nothing of it is logged. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What answers for a gate that signs its self-tests, on a server of Node's. `more`: what else the gate is handed. */
export function gateListener(
  gate: Gate,
  signingKey: JWK,
  more: Partial<Pick<GateDependencies, "announcement" | "now">> = {},
): RequestListener {
  const app = createGate(gate, { now: Date.now, log: SILENT, signingKey, ...more });
  const answer = getRequestListener((request) => app.fetch(request));
  return (incoming, outgoing) => void answer(incoming, outgoing);
}
