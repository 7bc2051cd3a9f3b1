import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { NginxServer } from "../../nginx/NginxServer.ts";
import type { SerialPair } from "../../rotation/CertificateSeries.ts";
import { PosternServer } from "../../rotation/PosternServer.ts";
import { patience } from "../../run/speedFactor.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import type { RotatedServer } from "./RotatedServer.ts";

const PATIENCE_MS = patience(10_000);
const run = promisify(execFile);

/** The version of an nginx binary. */
export async function nginxVersion(binary: string): Promise<string> {
  const { stderr } = await run(binary, ["-v"], { timeout: PATIENCE_MS });
  return /nginx\/(\S+)/.exec(stderr)?.[1] ?? "";
}

/** nginx in front of `postern serve` with plain HTTP. A rotation replaces the files by renames and reloads nginx. */
export async function startNginx(binary: string, first: SerialPair): Promise<RotatedServer> {
  const gate = await PosternServer.start({ port: 0 });
  const folder = new PairFolder();
  folder.renameFiles("", first);
  const nginx = await NginxServer.create({ binary, ...folder.paths(), isHttp2: true, ...proxyTo(gate.port) });
  // Ends nginx when this process exits.
  const end = (): void => nginx.kill();
  process.once("exit", end);
  const server: RotatedServer = {
    port: nginx.port,
    async replace(pair) {
      folder.renameFiles("", pair);
      await nginx.reload();
    },
    async stop() {
      process.off("exit", end);
      await nginx.remove();
      await gate.stop();
      gate.kill();
      folder.remove();
    },
  };
  try {
    await nginx.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** nginx's defaults, except for settings that keep connections open. */
function proxyTo(port: number): { http: string; location: string } {
  return {
    http: `client_body_buffer_size 64k;
  keepalive_timeout 95s;
  keepalive_requests 1000000;
  upstream gate { server 127.0.0.1:${port}; keepalive 32; }`,
    location: `
      proxy_pass http://gate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    `,
  };
}
