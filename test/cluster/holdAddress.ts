import { createServer } from "node:net";

/**
 * Listens at an address of loopback for as long as this process lives, and says whether it could: false where somebody does
 * already. So that of all processes on the machine one at a time has what the address stands for.
 */
export function holdAddress(address: string, port: number): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen(port, address, () => {
      // It does not keep the process going.
      server.unref();
      resolve(true);
    });
  });
}
