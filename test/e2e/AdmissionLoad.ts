import type { ClusterApi } from "../cluster/ClusterApi.ts";
import { scaledRate } from "../run/speedFactor.ts";
import { type LoadInProgress, type LoadOutcome, steadyLoad } from "./steadyLoad.ts";

const NAMESPACE = "load";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
/** Creates a second, on the reference machine. */
const RATE = 50;
const JUDGED = "judged";

/** What became of a load. */
export interface LoadReport {
  /** Creates that the gate's mutators have been at, and its validators let through. */
  readonly judged: number;
  /** What the others met. */
  readonly failures: readonly string[];
  /** The longest time in which no create was judged, from the beginning of the load to its end. In milliseconds. */
  readonly longestStall: number;
  /** The longest that one create that was judged took. In milliseconds. */
  readonly slowest: number;
}

/** A load that is under way, and what can be waited for. Each counts creates that begin after it is called. */
export interface AdmissionsInProgress {
  /** Resolves when so many creates have been judged. */
  judged(count: number): Promise<void>;
  /** Resolves when so many creates have failed. */
  failed(count: number): Promise<void>;
}

/**
 * Creates of Pods, by dry run, that the gate of `gates/sync.ts` has to judge. `failurePolicy` is what is registered: Fail
 * unless changed.
 */
export class AdmissionLoad {
  readonly #api: ClusterApi;

  private constructor(api: ClusterApi) {
    this.#api = api;
  }

  /** Makes the namespace that the Pods are for. */
  static async prepare(api: ClusterApi): Promise<AdmissionLoad> {
    const { status, body } = await api.create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    if (status !== 201 && status !== 409) throw new Error(body.message);
    return new AdmissionLoad(api);
  }

  /** Creates one. Resolves to `judged`, or to what the API server said instead. */
  async create(): Promise<string> {
    const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
    const pod = { metadata: { generateName: "load-", namespace: NAMESPACE }, spec };
    const { status, body } = await this.#api.create(PODS, pod, { query: { dryRun: "All" } });
    const isJudged = status === 201 && body.metadata.labels?.["example.com/checked"] === "yes";
    return isJudged ? JUDGED : `${status} ${body.message}`;
  }

  /** Creates as many a second as this machine bears, 50 on the reference machine, while something happens. */
  async during(happen: (load: AdmissionsInProgress) => Promise<void>): Promise<LoadReport> {
    const start = performance.now();
    let end = start;
    const outcomes = await steadyLoad(
      () => this.create(),
      scaledRate(RATE),
      async (load) => {
        await happen(admissions(load));
        end = performance.now();
      },
    );
    return reportOf(outcomes, start, end);
  }
}

function admissions(load: LoadInProgress): AdmissionsInProgress {
  return {
    judged: (count) => load.ended(count, (result) => result === JUDGED),
    failed: (count) => load.ended(count, (result) => result !== JUDGED),
  };
}

function reportOf(outcomes: readonly LoadOutcome[], start: number, end: number): LoadReport {
  const judged = outcomes.filter(({ result }) => result === JUDGED);
  const moments = judged.map(({ ended }) => ended).sort((left, right) => left - right);
  const gaps = [...moments, Math.max(end, moments.at(-1) ?? end)].map(
    (at, index) => at - (moments[index - 1] ?? start),
  );
  return {
    judged: judged.length,
    failures: outcomes.flatMap(({ result }) => (result === JUDGED ? [] : [result])),
    longestStall: Math.max(...gaps),
    slowest: Math.max(0, ...judged.map(({ started, ended }) => ended - started)),
  };
}
