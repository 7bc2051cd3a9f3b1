import { freePorts } from "../../cluster/ports/freePorts.ts";
import type { SerialPair } from "../../rotation/CertificateSeries.ts";
import { PosternServer } from "../../rotation/PosternServer.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import type { RotatedServer } from "./RotatedServer.ts";

/**
 * `postern serve`, which a rotation stops with SIGTERM and starts again. After SIGTERM it accepts connections for 3 s
 * more.
 */
export async function startRestarted(first: SerialPair): Promise<RotatedServer> {
  const folder = new PairFolder();
  const [port = 0] = await freePorts(1);
  let turn = 0;
  // Each process has its own folder, so that the old one does not reload the new certificate.
  const start = (pair: SerialPair): Promise<PosternServer> => {
    turn += 1;
    folder.renameFiles(`pair-${turn}`, pair);
    return PosternServer.start({ pair: folder.paths(`pair-${turn}`), port });
  };
  let server = await start(first);
  return {
    port,
    async replace(pair) {
      await server.stop();
      server = await start(pair);
    },
    async stop() {
      await server.stop();
      server.kill();
      folder.remove();
    },
  };
}
