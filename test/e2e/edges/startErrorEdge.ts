import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { SyncBed } from "../sync/bed/SyncBed.ts";

/** Starts an edge that answers each call with an error page. The page repeats the path, as those of many servers do. */
export async function startErrorEdge(bed: SyncBed, status: number): Promise<{ url: string; stop(): Promise<unknown> }> {
  const server = createServer(await bed.cas.old.issuing.issue({ name: "errors", hosts: ["127.0.0.1"] }));
  server.on("request", (incoming, outgoing) => {
    outgoing.writeHead(status, { "content-type": "text/plain" }).end(`Cannot POST "${incoming.url}"`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
