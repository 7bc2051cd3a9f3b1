import { createServer } from "node:net";
import { reserveNumber } from "./reserveNumber.ts";

/** Below the ports that systems give to outgoing connections and to port 0, which may take any of those at any time. */
const [FIRST, LAST] = [10_000, 29_999];

/**
 * Some ports of 127.0.0.1 that nothing listens on, each another. In a run no two callers get the same one, so that a port
 * stays free until whoever asked for it listens there.
 */
export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = await reserveNumber("ports", FIRST, LAST);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
