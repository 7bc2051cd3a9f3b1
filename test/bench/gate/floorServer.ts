import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { reportCpu } from "./reportCpu.ts";

/** The minimal Node server for a review over HTTPS: read, JSON.parse, JSON.stringify, answer. Without a framework. */
function floorServer(): void {
  const { BENCH_CERT: cert, BENCH_KEY: key } = process.env;
  const server = createServer({ cert, key, keepAliveTimeout: 95_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  server.listen(0, "127.0.0.1", () => reportCpu((server.address() as AddressInfo).port));
}

floorServer();
