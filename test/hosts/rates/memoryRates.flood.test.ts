import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { API_SERVER } from "../../fixtures/gates/identityGate.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { IdentityBed, urlOf } from "../../functions/identity/IdentityBed.ts";
import type { Runtime } from "../../functions/Runtime.ts";
import { startNodeProcess } from "../../functions/startNode.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import type { Flood, FloodReport } from "./floodProcess.ts";

const REVIEW = readReview("validate-v1-create-pods-2");
/** Calls of a cluster each second. The flood makes 500, and the other cluster less than 20. */
const CLUSTER_RATE = 25;
const FLOOD_CALLS = 10;
/** The calls of the cluster that is not to starve. */
const CALLS = 80;
const PAUSE_MS = 60;
/** The gate, the flood and the test share two cores with other tests. A gate without limits would miss it by far more. */
const MOST_SLOWER = 5;

const path = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));

/** What the cluster that is not to starve calls. */
type Steady = "a token that was verified before" | "a new token" | "a renewal";
interface SteadyCall {
  readonly path: string;
  readonly authorization: string;
}

/** A gate in a process of its own, with two clusters. */
class FloodBed {
  readonly bed: IdentityBed;
  readonly port: number;
  readonly #runtime: Runtime;
  readonly #folder: string;
  readonly #session: ClientHttp2Session;
  readonly #floods = new Set<ChildProcess>();
  /** The path and the credential of each call of the cluster that is not to starve. */
  readonly #calls: Readonly<Record<Steady, () => Promise<SteadyCall>>>;

  private constructor(
    bed: IdentityBed,
    runtime: Runtime,
    { folder, port, staging }: { readonly folder: string; readonly port: number; readonly staging: string },
  ) {
    this.bed = bed;
    this.port = port;
    this.#runtime = runtime;
    this.#folder = folder;
    const path = "/c/staging/validate?timeout=10s";
    let serial = 0;
    this.#calls = {
      "a token that was verified before": async () => ({ path, authorization: staging }),
      "a new token": async () => {
        serial += 1;
        const claims = bed.claims({ aud: urlOf("staging"), jti: String(serial) });
        return { path, authorization: `Bearer ${await bed.staging.sign(claims)}` };
      },
      "a renewal": async () => ({
        path: "/token/staging",
        authorization: `Bearer ${await bed.staging.sign(bed.syncClaims())}`,
      }),
    };
    this.#session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  }

  static async start(): Promise<FloodBed> {
    const bed = await IdentityBed.create();
    const folder = await mkdtemp(join(tmpdir(), "postern-flood-"));
    const gate = join(folder, "gate.ts");
    const identityOf = (keys: object): object[] => [
      { tier: "jwt", issuer: bed.keys.issuer, keys, subjects: [API_SERVER] },
      { tier: "capability", issuer: bed.keys.issuer, keys },
    ];
    const clusters = {
      production: { identity: identityOf(bed.keys.production), records: { profile: "off" } },
      staging: { identity: identityOf(bed.keys.staging), records: { profile: "off" } },
    };
    await writeFile(
      gate,
      `import { defineGate } from ${path("../../../src/gate/config/defineGate.ts")};
import { capability } from ${path("../../../src/identity/capability/capability.ts")};
import { jwt } from ${path("../../../src/identity/jwt/jwt.ts")};
import { denyLabels } from ${path("../../../src/policies/labels/denyLabels.ts")};
export default defineGate({ policies: [denyLabels()], tiers: [jwt(), capability()], clusters: ${JSON.stringify(clusters)} });
`,
    );
    let port = 0;
    const env = { ...bed.env, POSTERN_CLUSTER_RATE: String(CLUSTER_RATE), POSTERN_REFUSED_RATE: "5" };
    const runtime = await startNodeProcess(gate, env, (line) => {
      port = Number(/"port":(\d+)/.exec(line)?.[1] ?? port);
    });
    const staging = `Bearer ${await bed.staging.sign(bed.claims({ aud: urlOf("staging") }))}`;
    return new FloodBed(bed, runtime, { folder, port, staging });
  }

  /** Floods a path until the end of the test. Resolves once a call got `status`. */
  async flood(
    authorization: string,
    status: number,
    path = "/c/production/validate",
  ): Promise<() => Promise<FloodReport>> {
    const child = fork(fileURLToPath(new URL("floodProcess.ts", import.meta.url)));
    this.#floods.add(child);
    const flood: Flood = {
      port: this.port,
      path,
      authorization,
      body: REVIEW,
      calls: FLOOD_CALLS,
    };
    child.send(flood);
    const report = (): Promise<FloodReport> =>
      new Promise((resolve) => {
        child.once("message", (message) => resolve(message as FloodReport));
        child.send({});
      });
    await eventually(`an answer ${status} to the flood`, async () =>
      ((await report()).statuses[status] ?? 0) > 0 ? true : undefined,
    );
    return report;
  }

  async endFloods(): Promise<void> {
    for (const child of this.#floods) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await ended;
    }
    this.#floods.clear();
  }

  /** Steady calls of `staging` over one connection. Resolves to the statuses and the median time in milliseconds. */
  async steadyCalls(
    of: Steady = "a token that was verified before",
  ): Promise<{ readonly statuses: readonly number[]; readonly medianMs: number }> {
    const statuses = new Set<number>();
    const times: number[] = [];
    for (let call = 0; call < CALLS; call += 1) {
      const steady = await this.#calls[of]();
      const startedAt = performance.now();
      statuses.add(await this.#post(steady));
      times.push(performance.now() - startedAt);
      await sleep(PAUSE_MS);
    }
    return { statuses: [...statuses], medianMs: times.sort((left, right) => left - right)[CALLS / 2] ?? Number.NaN };
  }

  #post({ path, authorization }: SteadyCall): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        ":method": "POST",
        ":path": path,
        ":authority": "gate.example.com",
        authorization,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(REVIEW),
      });
      let status = 0;
      stream.on("response", (headers) => {
        status = Number(headers[":status"]);
      });
      stream.once("error", reject).once("close", () => resolve(status));
      stream.resume();
      stream.end(REVIEW);
    });
  }

  async stop(): Promise<void> {
    await this.endFloods();
    this.#session.destroy();
    await this.#runtime.stop();
    await rm(this.#folder, { recursive: true });
  }
}

describe("a gate on Node that is flooded", () => {
  let gate: FloodBed;
  beforeAll(async () => {
    gate = await FloodBed.start();
  }, patience(60_000));
  afterAll(() => gate?.stop());

  it(`by one cluster refuses no call of another, whose median time is at most ${MOST_SLOWER} times that of its calls alone`, async () => {
    await gate.steadyCalls();
    const alone = await gate.steadyCalls();
    const report = await gate.flood(`Bearer ${await gate.bed.token()}`, 429);
    const beside = await gate.steadyCalls();
    const { statuses, retryAfter } = await report();
    await gate.endFloods();
    expect({ alone: alone.statuses, beside: beside.statuses }).toEqual({ alone: [200], beside: [200] });
    expect(beside.medianMs / alone.medianMs).toBeLessThanOrEqual(MOST_SLOWER);
    // Many times its rate, of which it gets its share, and is told when to come again.
    expect(Object.keys(statuses).sort()).toEqual(["200", "429"]);
    expect(statuses[429] ?? 0).toBeGreaterThan(5 * (statuses[200] ?? 0));
    expect(retryAfter.filter((it) => !/^[1-9]\d*$/.test(it))).toEqual([]);
    expect(retryAfter.length).toBeGreaterThan(0);
  });

  it("by a stranger answers a cluster behind the same address, whose token was verified before", async () => {
    await gate.steadyCalls();
    const report = await gate.flood(`Bearer ${await gate.bed.forged({})}`, 429);
    const beside = await gate.steadyCalls();
    const { statuses, retryAfter } = await report();
    await gate.endFloods();
    expect(beside.statuses).toEqual([200]);
    expect(statuses[200]).toBeUndefined();
    expect(statuses[429] ?? 0).toBeGreaterThan(statuses[401] ?? 0);
    expect(retryAfter.filter((it) => !/^[1-9]\d*$/.test(it))).toEqual([]);
  });

  describe.each<[by: string, path: string, authorization: () => Promise<string>]>([
    ["a cluster with a stale token", "/c/production/validate", () => gate.bed.token({ iat: 1, exp: 2 })],
    ["a stranger with a made-up name", "/c/made-up/validate", () => gate.bed.token()],
    ["a sync with a stale token", "/token/production", () => gate.bed.token({ iat: 1, exp: 2 })],
  ])("by %s", (_, path, authorization) => {
    it.each<[Steady]>([["a new token"], ["a renewal"]])(
      "refuses no call of another cluster behind the same address with %s",
      async (steady) => {
        const report = await gate.flood(`Bearer ${await authorization()}`, 429, path);
        const beside = await gate.steadyCalls(steady);
        const { statuses } = await report();
        await gate.endFloods();
        expect(beside.statuses).toEqual([200]);
        expect(statuses[200]).toBeUndefined();
        expect(statuses[429] ?? 0).toBeGreaterThan(statuses[401] ?? 0);
      },
    );
  });
});
