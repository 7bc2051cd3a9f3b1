import { createServer } from "node:net";
import { reserveNumber } from "./reserveNumber.ts";

/** Below the ephemeral ports, which the system assigns to outgoing connections and to port 0. */
const [FIRST, LAST] = [10_000, 29_999];

/**
 * `count` different ports of 127.0.0.1 on which no process listens. Within a run, every caller gets other ports, so a
 * port stays free until its caller listens on it.
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
