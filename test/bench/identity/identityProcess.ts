import { readFileSync } from "node:fs";
import { getRequestListener } from "@hono/node-server";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { jwt } from "../../../src/identity/jwt/jwt.ts";
import { jsonLog } from "../../../src/telemetry/jsonLog.ts";
import { limitLines } from "../../../src/telemetry/limitLines.ts";
import { startServer } from "../../../src/tls/server/startServer.ts";
import { benchPolicies } from "../gate/benchPolicies.ts";
import { benchReview } from "../gate/benchReview.ts";
import type { EnrolledCluster } from "./FleetFile.ts";

/** What the process is asked. */
export interface IdentityQuestion {
  /** Calls in process, for the clusters in turn. Without it only the CPU time so far is asked for. */
  readonly calls?: number;
  readonly withToken?: boolean;
}

/** Its answer. */
export interface IdentityAnswer {
  /** CPU time of one call, or of the process so far. */
  readonly microseconds: number;
}

/** Its first message, once each cluster has called. Memory is what is left after a collection. */
export interface IdentityReady {
  readonly port: number;
  readonly heapMiB: number;
  readonly rssMiB: number;
}

const MEBIBYTE = 1024 * 1024;
const BODY_HEADERS = { "content-type": "application/json", "content-length": String(Buffer.byteLength(benchReview)) };

/**
 * A gate with the first BENCH_CLUSTERS of the clusters in BENCH_FLEET, in process and as a server. Needs `--expose-gc`. It holds
 * the file as a whole and makes as many calls as the file has clusters, so that only the gate's own memory differs.
 */
async function identityProcess(): Promise<void> {
  const { BENCH_FLEET = "", BENCH_CERT: cert = "", BENCH_KEY: key = "" } = process.env;
  const file: readonly EnrolledCluster[] = JSON.parse(readFileSync(BENCH_FLEET, "utf8"));
  const fleet = file.slice(0, Number(process.env.BENCH_CLUSTERS));
  // The classes for requests and answers that a gate has on Node.
  getRequestListener(() => new Response());
  const log = limitLines(
    jsonLog(() => undefined, Date.now),
    Date.now,
    ["warn", "error"],
  );
  const gate = defineGate({
    policies: benchPolicies(20),
    tiers: [jwt()],
    clusters: Object.fromEntries(fleet.map((it) => [it.name, clusterOf(it)])),
  });
  const app = createGate(gate, { now: Date.now, log });
  const requestOf = (index: number, withToken: boolean): Request => {
    const { name = "", token = "" } = fleet[index % fleet.length] ?? {};
    const headers = withToken ? { ...BODY_HEADERS, authorization: `Bearer ${token}` } : BODY_HEADERS;
    return new Request(`https://localhost/c/${name}/validate?timeout=10s`, {
      method: "POST",
      headers,
      body: benchReview,
    });
  };
  const cpuPerCall = async (calls: number, withToken: boolean): Promise<number> => {
    const requests = Array.from({ length: calls }, (_, index) => requestOf(index, withToken));
    // The requests themselves are made by the benchmark, and their memory is not the gate's.
    globalThis.gc?.();
    const before = process.cpuUsage();
    for (const request of requests) {
      const { status } = await app.fetch(request);
      if (status !== (withToken ? 200 : 401)) throw new Error(`the gate answered ${status}`);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
  await cpuPerCall(file.length, true);
  const server = await startServer({
    fetch: (request) => app.fetch(request),
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
  });
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.on("message", ({ calls, withToken = true }: IdentityQuestion) => {
    const { user, system } = process.cpuUsage();
    if (calls === undefined) process.send?.({ microseconds: user + system } satisfies IdentityAnswer);
    else
      cpuPerCall(calls, withToken).then(
        (microseconds) => process.send?.({ microseconds } satisfies IdentityAnswer),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port: server.port, heapMiB: heapUsed / MEBIBYTE, rssMiB: rss / MEBIBYTE } satisfies IdentityReady);
}

function clusterOf({ issuer, jwk }: EnrolledCluster): Cluster {
  return { identity: [{ tier: "jwt", issuer, keys: { keys: [jwk] }, subjects: ["system:apiserver"] }] };
}

await identityProcess();
