import { createServer } from "node:tls";
import { TestCa } from "../cluster/TestCa.ts";

/** A TLS endpoint in a process of its own: says its port, and when asked, when each connection came since it was last asked. */
const ca = await TestCa.create("fleet CA");
const server = createServer(await ca.issue({ name: "edge", hosts: ["127.0.0.1"] }), (socket) => {
  socket.on("error", () => undefined);
});
server.on("tlsClientError", () => undefined);
let came: number[] = [];
server.on("connection", () => came.push(Date.now()));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 4_096, resolve));
const address = server.address();
process.on("message", () => {
  process.send?.(came);
  came = [];
});
process.once("disconnect", () => process.exit());
process.send?.(address !== null && typeof address === "object" ? address.port : 0);
