import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WorkerdServer } from "../functions/WorkerdServer.ts";
import { gateBundle } from "../run/gateBundle.ts";
import { shippedMemory } from "./shippedMemory.ts";
import type { Target } from "./Target.ts";

/** A PEM certificate for localhost, with its key. */
export interface ServerPair {
  readonly cert: string;
  readonly key: string;
}

/** The gate of this repository as it is shipped, over TLS. */
export interface HostileServer extends Target {
  /** Resident memory in bytes. NaN once the process has ended. */
  resident(): number;
  stop(): Promise<void>;
}

/** The Node bundle with the memory and the environment of the container in infra/. */
export async function startNodeServer(pair: ServerPair): Promise<HostileServer> {
  const folder = await mkdtemp(join(tmpdir(), "postern-hostile-"));
  const [cert, key, script] = ["tls.crt", "tls.key", "gate.mjs"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([
    writeFile(cert, pair.cert),
    writeFile(key, pair.key, { mode: 0o600 }),
    writeFile(script, await gateBundle("node")),
  ]);
  const { containerBytes, heapMebibytes, env, nodeArgs } = shippedMemory();
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMebibytes}`,
      "--max-semi-space-size=1",
      ...nodeArgs,
      "--no-warnings",
      "--import",
      new URL("containerMemory.ts", import.meta.url).href,
      script,
    ],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        PATH: process.env.PATH,
        ...env,
        POSTERN_TEST_CONTAINER_BYTES: String(containerBytes),
        POSTERN_PORT: "0",
        POSTERN_HOST: "127.0.0.1",
        POSTERN_CERT: cert,
        POSTERN_KEY: key,
        POSTERN_TLS_HOSTS: "localhost",
      },
    },
  );
  const end = endWith(child);
  const port = await portOf(child).catch(async (error: unknown): Promise<never> => {
    end();
    await rm(folder, { recursive: true });
    throw error;
  });
  return {
    host: "localhost",
    port,
    hasHttp2: true,
    ca: pair.cert,
    resident: () => residentOf(child.pid),
    async stop() {
      end();
      await rm(folder, { recursive: true });
    },
  };
}

/** The Worker bundle in workerd. */
export async function startWorkerdServer(pair: ServerPair): Promise<HostileServer> {
  const server = await WorkerdServer.start(await gateBundle("worker"), pair);
  return {
    host: "localhost",
    port: server.port,
    hasHttp2: false,
    ca: pair.cert,
    resident: () => residentOf(server.pid),
    stop: () => server.stop(),
  };
}

/** The function that ends a child process, which also this process does when it ends. */
function endWith(child: ChildProcess): () => void {
  const end = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return end;
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (code, signal) => reject(new Error(`the gate ended with ${code ?? signal}: ${text}`)));
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      // All is read, so that the gate does not wait; only the beginning is kept.
      if (text.length < 10_000) text += chunk;
      const port = /"message":"listening","port":(\d+)/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

function residentOf(pid: number | undefined): number {
  try {
    const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kibibytes) * 1024;
  } catch {
    return Number.NaN;
  }
}
