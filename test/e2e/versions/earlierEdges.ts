import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { memoryLog } from "../../gate/gateCall.ts";
import type { EarlierVersion } from "../../versions/EarlierVersion.ts";
import type { EdgeProvider } from "../edges/GateEdge.ts";
import { type EdgeCa, edgeCa } from "../edges/SwitchingEdge.ts";

/** Edges in front of the gate of an earlier version: its code, and its definition of the gate. */
export async function earlierEdges(earlier: EarlierVersion): Promise<EdgeProvider<EdgeCa>> {
  const [old, next] = await Promise.all([edgeCa("old CA"), edgeCa("next CA")]);
  const { createGate, gate } = await import(earlier.program("gate.mjs"));
  return {
    cas: { old, next },
    start: async (_gate, signingKey, ca) => {
      const app = createGate(gate, { now: Date.now, log: memoryLog(), signingKey });
      const answer = getRequestListener((request) => app.fetch(request));
      const server = createServer(await pairOf(ca));
      // Each call makes a handshake, so that a switch is in force at once.
      server.keepAliveTimeout = 1;
      server.on("request", (incoming, outgoing) => {
        outgoing.setHeader("connection", "close");
        void answer(incoming, outgoing);
      });
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return {
        url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
        switchTo: async (to) => server.setSecureContext(await pairOf(to)),
        dropConnections: () => server.closeAllConnections(),
        stop: () => stopped(server),
      };
    },
    stop: async () => undefined,
  };
}

const pairOf = ({ issuing }: EdgeCa) => issuing.issue({ name: "edge", hosts: ["127.0.0.1", "localhost"] });

async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
