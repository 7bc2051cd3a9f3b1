import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gateBundle } from "../run/gateBundle.ts";
import type { Runtime, RuntimeCall, StartRuntime } from "./Runtime.ts";

type Handler = (event: object, context: object) => Promise<LambdaAnswer>;

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Starts functions/lambda.ts as deployed: the handler of the bundle, called with events of a Function URL or an HTTP API. */
export const startLambda =
  (encoding: "text" | "base64"): StartRuntime =>
  async (gate, env = {}): Promise<Runtime> => {
    const text = await gateBundle("lambda", gate);
    const folder = await mkdtemp(join(tmpdir(), "postern-lambda-"));
    // Each start needs its own copy, because Node loads a path only once.
    const file = join(folder, "lambda.mjs");
    await writeFile(file, text);
    Object.assign(process.env, env);
    const { handler }: { handler: Handler } = await import(pathToFileURL(file).href);
    return {
      async call(call) {
        const { statusCode, headers = {}, body, isBase64Encoded } = await handler(functionUrlEvent(call, encoding), {});
        return {
          status: statusCode,
          headers: new Headers(headers),
          text: isBase64Encoded ? Buffer.from(body, "base64").toString() : body,
        };
      },
      async stop() {
        for (const name of Object.keys(env)) delete process.env[name];
        await rm(folder, { recursive: true });
      },
    };
  };

/** Payload format 2.0, as AWS documents it for HTTP APIs and Function URLs. Header names arrive in lower case. */
export function functionUrlEvent(
  { method = "POST", path, headers = {}, body }: RuntimeCall,
  encoding: "text" | "base64",
): object {
  const [rawPath = "", rawQueryString = ""] = path.split("?");
  const host = "abc123.lambda-url.eu-central-1.on.aws";
  const lowered = Object.entries({ ...headers, host }).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(lowered),
    requestContext: {
      accountId: "anonymous",
      apiId: "abc123",
      domainName: host,
      domainPrefix: "abc123",
      http: {
        method,
        path: rawPath,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: "kube-apiserver-admission",
      },
      requestId: "e1a8a2c0-0000-4000-8000-000000000000",
      routeKey: "$default",
      stage: "$default",
      time: "24/Nov/2026:03:35:02 +0000",
      timeEpoch: 1795491302000,
    },
    ...(body === undefined ? {} : { body: encoding === "base64" ? Buffer.from(body).toString("base64") : body }),
    isBase64Encoded: encoding === "base64",
  };
}
