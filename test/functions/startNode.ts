import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gateBundle } from "../run/gateBundle.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import type { Runtime, RuntimeAnswer, RuntimeCall, StartRuntime } from "./Runtime.ts";

/** Starts functions/node.ts as deployed: the bundle in its own process, over HTTPS. */
export const startNode: StartRuntime = (gate, env) => startNodeProcess(gate, env, () => undefined);

/** Like {@link startNode}. `onLine` gets each line of its log, and `onError` what it writes to standard error. */
export async function startNodeProcess(
  gate: string | undefined,
  env: Readonly<Record<string, string>> = {},
  onLine: (line: string) => void,
  onError: (text: string) => void = (text) => void process.stderr.write(text),
): Promise<Runtime> {
  const [text, { cert, key }] = await Promise.all([gateBundle("node", gate), selfSignedPair()]);
  const folder = await mkdtemp(join(tmpdir(), "postern-node-"));
  await Promise.all([
    writeFile(join(folder, "node.mjs"), text),
    writeFile(join(folder, "cert.pem"), cert),
    writeFile(join(folder, "key.pem"), key),
  ]);
  const child = spawn(process.execPath, [join(folder, "node.mjs")], {
    env: {
      ...env,
      POSTERN_PORT: "0",
      POSTERN_HOST: "127.0.0.1",
      POSTERN_CERT: join(folder, "cert.pem"),
      POSTERN_KEY: join(folder, "key.pem"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", onError);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true });
  };
  const listening = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      onLine(line);
      const entry: unknown = JSON.parse(line);
      if (typeof entry === "object" && entry !== null && "port" in entry) resolve(Number(entry.port));
    });
    void exited.then((code) => reject(new Error(`functions/node.ts ended with ${code}`)));
  });
  const port = await listening.catch(async (error: unknown): Promise<never> => {
    await stop();
    throw error;
  });
  return { call: (call) => post(port, cert, call), stop };
}

function post(port: number, ca: string, { method = "POST", path, headers, body }: RuntimeCall): Promise<RuntimeAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const call = request(
      // A connection for each call: Node answers nothing to a malformed request that comes right behind another one.
      { host: "localhost", family: 4, port, ca, method, path, headers: { ...headers, ...length }, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const answered = new Headers(
            Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
          );
          resolve({ status: response.statusCode ?? 0, headers: answered, text });
        });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
