import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import type { ServerSelfTest } from "./ServerSelfTest.ts";
import type { ServingCheck } from "./ServingCheck.ts";

/** Nothing that answers a self-test is longer. In bytes. */
const MOST_BYTES = 65_536;

/** Makes a call to a server by its own process, over the pair that it is to serve. Resolves to what is wrong; never throws. */
export function postSelfTest(
  { address, port, host, pair, timeoutMs, signal }: ServingCheck,
  { path, body, judge }: ServerSelfTest,
): Promise<string | undefined> {
  const { inUrl, serverName } = new Host(host);
  const wanted = new X509Certificate(pair.leaf.der).fingerprint256;
  return new Promise((resolve) => {
    const call = request({
      host: address,
      port,
      path,
      method: body === undefined ? "GET" : "POST",
      // The server is this process: it is known by its very certificate, below, and not by who signed it.
      rejectUnauthorized: false,
      ...(serverName === undefined ? {} : { servername: serverName }),
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: {
        host: inUrl,
        connection: "close",
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
    });
    call.once("response", (response) => {
      const { socket } = response;
      const served = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
      if (served !== wanted) resolve("another certificate answered");
      const parts: Buffer[] = [];
      let length = 0;
      response.on("data", (part: Buffer) => {
        length += part.length;
        if (length > MOST_BYTES) call.destroy(new Error("the answer is too long"));
        else parts.push(part);
      });
      response.once("end", () => resolve(judge(response.statusCode ?? 0, Buffer.concat(parts).toString("utf8"))));
      response.once("error", (error) => resolve(error.message));
    });
    call.once("error", (error) =>
      resolve(error.name === "TimeoutError" ? `no answer in ${timeoutMs} ms` : error.message),
    );
    call.end(body);
  });
}
