import type { SerialPair } from "../../rotation/CertificateSeries.ts";
import { PosternServer } from "../../rotation/PosternServer.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import type { RotatedServer } from "./RotatedServer.ts";

/** `postern serve`, which reloads changed files itself. */
export async function startSwapped(first: SerialPair): Promise<RotatedServer> {
  const folder = new PairFolder();
  folder.renameFiles("main", first);
  const server = await PosternServer.start({ pair: folder.paths("main"), port: 0 });
  return {
    port: server.port,
    async replace(pair) {
      server.clearLog();
      folder.renameFiles("main", pair);
      await server.switched();
    },
    async stop() {
      await server.stop();
      server.kill();
      folder.remove();
    },
  };
}
