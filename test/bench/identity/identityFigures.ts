import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { BenchChild } from "../BenchChild.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { benchReview } from "../gate/benchReview.ts";
import { measureRatio } from "../Ratio.ts";
import { type EnrolledCluster, FleetFile } from "./FleetFile.ts";
import type { IdentityAnswer, IdentityQuestion, IdentityReady } from "./identityProcess.ts";
import { tierFigures } from "./tierFigures.ts";

const FLEET = 3_000;
const CONNECTIONS = 8;

/** What it costs to identify callers, to refuse strangers, and to know many clusters. */
export async function identityFigures(size: BenchSize): Promise<Figure[]> {
  const fleet = await FleetFile.write(FLEET);
  try {
    return [...(await tierFigures(size)), ...(await refusedFigures(fleet, size)), ...(await fleetFigures(fleet, size))];
  } finally {
    await fleet.remove();
  }
}

/** A call without a credential, compared with one that is judged: in process, and with TLS. Both by CPU time. */
async function refusedFigures(fleet: FleetFile, { rounds, requests, warmUpRequests }: BenchSize): Promise<Figure[]> {
  const gate = await GateProcess.start(fleet, 1);
  const clusters: readonly EnrolledCluster[] = JSON.parse(await readFile(fleet.path, "utf8"));
  const token = clusters[0]?.token ?? "";
  const calls = Math.ceil(requests / 4);
  try {
    for (let warmed = 0; warmed < warmUpRequests; warmed += 2 * requests)
      for (const withToken of [true, false]) await gate.cpuPerCall(requests, withToken);
    const inProcess = await measureRatio(
      rounds,
      () => gate.cpuPerCall(requests, false),
      () => gate.cpuPerCall(requests, true),
    );
    const overTls = await measureRatio(
      rounds,
      () => gate.cpuPerRequest(calls, undefined),
      () => gate.cpuPerRequest(calls, token),
    );
    return [
      {
        name: "identity, refused call",
        compared: "CPU in process, from the request to the answer: a call without a token : a judged review",
        ratio: inProcess,
        unit: "µs",
        target: { atMost: 0.1 },
      },
      {
        name: "identity, refused call, TLS",
        compared: `CPU of the process over ${CONNECTIONS} connections: a call without a token : a judged review`,
        ratio: overTls,
        unit: "µs",
      },
    ];
  } finally {
    await gate.stop();
  }
}

/** The cost of 2,999 more clusters, each of which has keys of its own and has called. In processes of their own. */
async function fleetFigures(fleet: FleetFile, { rounds }: BenchSize): Promise<Figure[]> {
  const [small, large] = [await GateProcess.start(fleet, 1), await GateProcess.start(fleet, FLEET)];
  const constant = (value: number) => async (): Promise<number> => value;
  const memory = (name: "heapMiB" | "rssMiB") =>
    measureRatio(1, constant(large.ready[name]), constant(small.ready[name]));
  try {
    for (const gate of [small, large]) await gate.cpuPerCall(FLEET, true);
    return [
      {
        name: "identity, clusters",
        compared: `CPU of a call in process: ${FLEET} clusters with keys of their own, in turn : one cluster`,
        ratio: await measureRatio(
          rounds,
          () => large.cpuPerCall(FLEET, true),
          () => small.cpuPerCall(FLEET, true),
        ),
        unit: "µs",
        target: { atMost: 1.1 },
      },
      {
        name: "identity, heap",
        compared: `heap after a collection: ${FLEET} clusters that have called : one cluster`,
        ratio: await memory("heapMiB"),
        unit: "MiB",
      },
      {
        name: "identity, memory",
        compared: `resident memory: ${FLEET} clusters that have called : one cluster`,
        ratio: await memory("rssMiB"),
        unit: "MiB",
        target: { atMost: 1.1 },
      },
    ];
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

/** A process with a gate, whose CPU time is counted. */
class GateProcess {
  readonly ready: IdentityReady;
  readonly #child: BenchChild;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, rejectUnauthorized: false });

  private constructor(child: BenchChild, ready: IdentityReady) {
    this.#child = child;
    this.ready = ready;
  }

  static async start({ path }: FleetFile, clusters: number): Promise<GateProcess> {
    const { cert, key } = await selfSignedPair();
    const env = { BENCH_FLEET: path, BENCH_CLUSTERS: String(clusters), BENCH_CERT: cert, BENCH_KEY: key };
    const [child, ready] = await BenchChild.start("identity/identityProcess.ts", env, ["--expose-gc"]);
    return new GateProcess(child, ready as IdentityReady);
  }

  /** Calls in process. */
  async cpuPerCall(calls: number, withToken: boolean): Promise<number> {
    return this.#ask({ calls, withToken });
  }

  /** Calls over TLS. */
  async cpuPerRequest(calls: number, token: string | undefined): Promise<number> {
    const before = await this.#ask({});
    let left = calls;
    const send = async (): Promise<void> => {
      for (; left > 0; left -= 1) await this.#post(token);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, send));
    return ((await this.#ask({})) - before) / calls;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#child.stop();
  }

  async #ask(question: IdentityQuestion): Promise<number> {
    return ((await this.#child.ask(question)) as IdentityAnswer).microseconds;
  }

  #post(token: string | undefined): Promise<void> {
    const headers = {
      host: "localhost",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(benchReview),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const path = "/c/cluster-0/validate?timeout=10s";
    const { port } = this.ready;
    return new Promise((resolve, reject) => {
      const call = request({ host: "127.0.0.1", port, path, method: "POST", agent: this.#agent, headers }, (answer) => {
        answer.resume().once("end", () => {
          if (answer.statusCode === (token === undefined ? 401 : 200)) resolve();
          else reject(new Error(`the gate answered ${answer.statusCode}`));
        });
      });
      call.once("error", reject);
      call.end(benchReview);
    });
  }
}
