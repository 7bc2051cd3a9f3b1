import type { ClusterApi } from "../../cluster/ClusterApi.ts";
import { scaledRate } from "../../run/speedFactor.ts";
import { type LoadInProgress, type LoadOutcome, steadyLoad } from "./steadyLoad.ts";

const NAMESPACE = "load";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
/** On the reference machine. */
const CREATES_PER_SECOND = 50;
const JUDGED = "judged";

/** The result of a load. */
export interface LoadReport {
  /** Number of creates that the gate's mutators changed and its validators allowed. */
  readonly judged: number;
  /** Status and message of each create that was not judged. */
  readonly failures: readonly string[];
  /** The longest time without a judged create, between the start of the load and its end. */
  readonly longestStallMs: number;
  /** The duration of the slowest create that was judged. */
  readonly slowestMs: number;
}

/** A running load. Each method counts only creates that start after the call. */
export interface AdmissionsInProgress {
  /** Resolves when `count` creates have been judged. */
  judged(count: number): Promise<void>;
  /** Resolves when `count` creates have failed. */
  failed(count: number): Promise<void>;
}

/**
 * Creates Pods by dry run. The gate of `gates/sync.ts` judges them. The failurePolicy is that of the registration,
 * which is Fail by default.
 */
export class AdmissionLoad {
  readonly #api: ClusterApi;

  private constructor(api: ClusterApi) {
    this.#api = api;
  }

  /** Creates the namespace of the Pods. */
  static async prepare(api: ClusterApi): Promise<AdmissionLoad> {
    const { status, body } = await api.create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    if (status !== 201 && status !== 409) throw new Error(body.message);
    return new AdmissionLoad(api);
  }

  /** Creates one Pod. Resolves to `judged`, or to the status and message of the API server. */
  async create(): Promise<string> {
    const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
    const pod = { metadata: { generateName: "load-", namespace: NAMESPACE }, spec };
    const { status, body } = await this.#api.create(PODS, pod, { query: { dryRun: "All" } });
    const isJudged = status === 201 && body.metadata.labels?.["example.com/checked"] === "yes";
    return isJudged ? JUDGED : `${status} ${body.message}`;
  }

  /** Creates Pods at a steady rate while `action` runs: 50 a second on the reference machine, fewer on a slower one. */
  async during(action: (load: AdmissionsInProgress) => Promise<void>): Promise<LoadReport> {
    const start = performance.now();
    let end = start;
    const outcomes = await steadyLoad(
      () => this.create(),
      scaledRate(CREATES_PER_SECOND),
      async (load) => {
        await action(progressOf(load));
        end = performance.now();
      },
    );
    return reportOf(outcomes, start, end);
  }
}

function progressOf(load: LoadInProgress): AdmissionsInProgress {
  return {
    judged: (count) => load.ended(count, (result) => result === JUDGED),
    failed: (count) => load.ended(count, (result) => result !== JUDGED),
  };
}

function reportOf(outcomes: readonly LoadOutcome[], start: number, end: number): LoadReport {
  const judged = outcomes.filter(({ result }) => result === JUDGED);
  const endTimes = judged.map(({ endedAt }) => endedAt).sort((left, right) => left - right);
  const gaps = [...endTimes, Math.max(end, endTimes.at(-1) ?? end)].map(
    (at, index) => at - (endTimes[index - 1] ?? start),
  );
  return {
    judged: judged.length,
    failures: outcomes.flatMap(({ result }) => (result === JUDGED ? [] : [result])),
    longestStallMs: Math.max(...gaps),
    slowestMs: Math.max(0, ...judged.map(({ startedAt, endedAt }) => endedAt - startedAt)),
  };
}
