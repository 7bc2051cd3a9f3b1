import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { TLSSocket } from "node:tls";
import { Host } from "../../protocol/Host.ts";
import type { ServerSelfTest, ServingCheck } from "./ServingCheck.ts";
import { servedCiphers } from "./servedCiphers.ts";

/** No answer to a self-test is longer. */
const MAX_BYTES = 65_536;

/** Sends a self-test over a connection with the expected pair. Resolves to what is wrong, or undefined. Never throws. */
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
      // The server is this process. It is identified by its exact certificate below, not by its issuer.
      rejectUnauthorized: false,
      // Not those of --tls-cipher-list, which limits neither the server nor its callers.
      ciphers: servedCiphers(),
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
        if (length > MAX_BYTES) call.destroy(new Error("the answer is longer than 64 KiB"));
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
