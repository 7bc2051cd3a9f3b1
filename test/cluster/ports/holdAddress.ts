import { createServer } from "node:net";

/**
 * Listens at a loopback address until this process ends. Resolves to false when another process listens there. Used as
 * a lock between the processes of this machine.
 */
export function holdAddress(address: string, port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, address, () => {
      // The server does not keep this process alive.
      server.unref();
      resolve(true);
    });
  });
}
