import { connect, type TLSSocket } from "node:tls";
import type { Target } from "../Target.ts";

/** Opens a TLS connection with a protocol, and resolves when it is open, or was closed before. What the server sends is read. */
export function openConnection(target: Target, protocol: "http/1.1" | "h2"): Promise<TLSSocket> {
  const { host, port, ca } = target;
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: host, ca, ALPNProtocols: [protocol] });
    socket.on("error", () => undefined).resume();
    socket.once("secureConnect", () => resolve(socket)).once("close", () => resolve(socket));
  });
}

/** Resolves when a connection has ended, or the signal aborts. */
export async function ended(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (socket.destroyed || signal.aborted) resolve();
    socket.once("close", () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  socket.destroy();
}
