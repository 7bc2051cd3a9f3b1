import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/freePorts.ts";
import type { SerialPair } from "../rotation/CertificateSeries.ts";
import { PosternServer } from "../rotation/PosternServer.ts";
import { PairFolder } from "../tls/PairFolder.ts";
import type { RotatedServer } from "./RotatedServer.ts";

const PATIENCE = 10_000;
const run = promisify(execFile);

/** The version of the nginx on PATH; undefined where there is none. */
export async function nginxVersion(): Promise<string | undefined> {
  try {
    const { stderr } = await run("nginx", ["-v"], { timeout: PATIENCE });
    return /nginx\/(\S+)/.exec(stderr)?.[1];
  } catch {
    return undefined;
  }
}

/** nginx in front of `postern serve` in plain HTTP: the files are replaced by renames, then `nginx -s reload`. */
export async function startNginx(first: SerialPair): Promise<RotatedServer> {
  const gate = await PosternServer.start({ port: 0 });
  const folder = new PairFolder();
  folder.renameFiles("", first);
  const [port = 0] = await freePorts(1);
  const prefix = mkdtempSync(join(tmpdir(), "postern-nginx-"));
  writeFileSync(join(prefix, "nginx.conf"), configOf(prefix, port, gate.port, folder));
  const args = ["-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", join(prefix, "error.log")];
  const nginx = new ChildService({ name: "nginx", file: "nginx", args, logFile: join(prefix, "out.log") });
  const server: RotatedServer = {
    port,
    async replace(pair) {
      folder.renameFiles("", pair);
      await run("nginx", [...args, "-s", "reload"], { timeout: PATIENCE });
    },
    async stop() {
      await nginx.stop();
      await gate.stop();
      gate.kill();
      folder.remove();
      rmSync(prefix, { recursive: true, force: true });
    },
  };
  try {
    await nginx.waitUntil(() => isOpen(port), PATIENCE);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Its defaults, but for what lets a kept connection be kept. */
function configOf(prefix: string, port: number, upstream: number, folder: PairFolder): string {
  const { cert, key } = folder.paths();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(prefix, name)};`,
  );
  return `${process.getuid?.() === 0 ? "user root;" : ""}
daemon off;
worker_processes auto;
pid ${join(prefix, "nginx.pid")};
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.join("\n  ")}
  client_body_buffer_size 64k;
  keepalive_timeout 95s;
  keepalive_requests 1000000;
  upstream gate { server 127.0.0.1:${upstream}; keepalive 32; }
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${cert};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass http://gate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}
