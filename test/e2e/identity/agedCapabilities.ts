import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { createGate } from "../../../src/gate/createGate.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import type { CapabilityBed } from "./CapabilityBed.ts";

/** An instance of a gate that only issues capabilities. */
export interface IssuingInstance {
  readonly url: string;
  /** The root of its certificate, in PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Starts another instance of a bed's gate, with the same keys and a clock that is `behindMs` behind. What it issues is as old as
 * that: right, accepted by the gate, and soon due for the sync.
 */
export async function agedCapabilities(
  { module, capabilityKeys }: CapabilityBed,
  behindMs: number,
): Promise<IssuingInstance> {
  const { default: gate } = await import(pathToFileURL(module).href);
  const app = createGate(gate, {
    now: () => Date.now() - behindMs,
    log: SILENT,
    variables: { POSTERN_CAPABILITY_KEYS: capabilityKeys },
  });
  const answer = getRequestListener((request) => app.fetch(request));
  const ca = await TestCa.create("issuing CA");
  const pair = await ca.issue({ name: "issuing instance", hosts: ["localhost"] });
  const server = createServer(pair, (incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: ca.cert,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
