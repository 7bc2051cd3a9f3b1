import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { CountedServer } from "./CountedServer.ts";
import { LoadGenerator } from "./LoadGenerator.ts";

/** CPU time per request of the gate's Node process over HTTPS, compared with a plain node:https server. */
export async function nodeFigure(size: BenchSize): Promise<Figure> {
  const { cert, key } = await selfSignedPair();
  const load = await LoadGenerator.start(size);
  const gate = await CountedServer.start("gate/gateServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  const floor = await CountedServer.start("gate/floorServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  try {
    const answer = await load.warmUp(gate.port);
    if (!answer.includes('"allowed":true')) throw new Error(`unexpected answer of the gate: ${answer}`);
    await load.warmUp(floor.port);
    const ratio = await measureRatio(
      size.rounds,
      () => gate.cpuPerRequest(),
      () => floor.cpuPerRequest(),
    );
    return {
      name: "node",
      compared:
        "CPU per request over TLS with keep-alive: gate with 20 policies, 8 match : " +
        `node:https with JSON.parse and JSON.stringify (${load.name})`,
      ratio,
      unit: "µs",
      target: { atMost: 1.2 },
    };
  } finally {
    await Promise.all([gate.stop(), floor.stop(), load.stop()]);
  }
}
