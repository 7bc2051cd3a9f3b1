import type { Socket } from "node:net";
import { connect } from "node:tls";

/** A message of the parent: sends POSTs over keep-alive connections, one at a time on each. */
export interface Load {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly requests: number;
  readonly connections: number;
}

/** The result of a load. An answer other than 200 fails the whole load. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** The body of the last answer. Empty with wrk, which keeps no bodies. */
  readonly answer: string;
}

async function runLoad({ port, path, body, requests, connections }: Load): Promise<LoadResult> {
  const message = Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: kube-apiserver-admission\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nAccept: application/json, */*\r\n` +
      `Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n${body}`,
  );
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  let left = requests;
  let answer = "";
  const started = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      while (left > 0) {
        left -= 1;
        answer = await post(socket, message);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  return { requests, seconds, answer };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** One request without an HTTP library, which would cost more CPU than the measured servers. */
function post(socket: Socket, message: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const done = (finish: () => void): void => {
      socket.removeAllListeners("data").removeAllListeners("error").removeAllListeners("close");
      finish();
    };
    socket.on("error", (error) => done(() => reject(error)));
    socket.on("close", () => done(() => reject(new Error("the server closed the connection"))));
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      const head = received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head))?.[1];
      if (!received.startsWith("HTTP/1.1 200 ") || length === undefined)
        done(() => reject(new Error(`not a 200 with a content-length: ${received.slice(0, 300)}`)));
      else if (received.length >= head + 4 + Number(length)) done(() => resolve(received.slice(head + 4)));
    });
    socket.write(message);
  });
}

process.on("message", (load: Load) => {
  runLoad(load).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
process.send?.({});
