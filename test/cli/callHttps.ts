import { connect } from "node:http2";
import { type Agent, request } from "node:https";
import { patience } from "../run/speedFactor.ts";

/** An HTTPS call to localhost. */
export interface HttpsCall {
  readonly port: number;
  readonly ca: string;
  readonly path: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

/** Status and JSON body of the answer. */
export interface HttpsAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Time limit for silence of the server. */
const PATIENCE_MS = patience(20_000);
const JSON_TYPE = { "content-type": "application/json" };

/** POSTs over http/1.1, as the API server does. */
export function callHttps({ port, ca, path, body, headers, agent }: HttpsCall): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "localhost",
        port,
        ca,
        path,
        method: "POST",
        timeout: PATIENCE_MS,
        headers: { ...JSON_TYPE, "content-length": Buffer.byteLength(body), ...headers },
        ...(agent === undefined ? {} : { agent }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        response.on("error", reject);
      },
    );
    call.on("error", reject);
    call.on("timeout", () => call.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    call.end(body);
  });
}

/** POSTs over h2, which the API server uses when the server offers it. */
export function callHttp2({ port, ca, path, body, headers }: Omit<HttpsCall, "agent">): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${port}`, { ca });
    session.on("error", reject);
    session.setTimeout(PATIENCE_MS, () => session.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
    const stream = session.request({ ":method": "POST", ":path": path, ...JSON_TYPE, ...headers });
    let text = "";
    let status = 0;
    stream.setEncoding("utf8");
    stream.on("response", (answered) => {
      status = Number(answered[":status"]);
    });
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("end", () => {
      session.close();
      resolve({ status, body: JSON.parse(text) });
    });
    stream.on("error", (error) => {
      session.destroy();
      reject(error);
    });
    stream.end(body);
  });
}
