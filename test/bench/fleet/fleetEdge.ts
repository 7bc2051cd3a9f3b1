import { createServer } from "node:tls";
import { TestCa } from "../../cluster/TestCa.ts";

/**
 * A TLS endpoint in its own process. Its first message is its port. It answers each message with the times of the
 * connections since the previous message, in milliseconds since 1970.
 */
const ca = await TestCa.create("fleet CA");
const server = createServer(await ca.issue({ name: "edge", hosts: ["127.0.0.1"] }), (socket) => {
  socket.on("error", () => undefined);
});
server.on("tlsClientError", () => undefined);
let connectedAt: number[] = [];
server.on("connection", () => connectedAt.push(Date.now()));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 4_096, resolve));
const address = server.address();
process.on("message", () => {
  process.send?.(connectedAt);
  connectedAt = [];
});
process.once("disconnect", () => process.exit());
process.send?.(address !== null && typeof address === "object" ? address.port : 0);
