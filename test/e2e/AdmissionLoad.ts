import type { ClusterApi } from "../cluster/ClusterApi.ts";

const NAMESPACE = "load";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
/** Creates a second. */
export const RATE = 50;

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

interface Outcome {
  readonly failure?: string;
  readonly started: number;
  readonly ended: number;
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
    return isJudged ? "judged" : `${status} ${body.message}`;
  }

  /** Creates {@link RATE} a second while something happens, whether those before are answered yet or not. */
  async during(happen: () => Promise<void>): Promise<LoadReport> {
    let isOver = false;
    const sent: Promise<Outcome>[] = [];
    const start = performance.now();
    const load = (async () => {
      for (let count = 0; !isOver; count += 1) {
        sent.push(this.#outcome());
        const wait = start + ((count + 1) * 1000) / RATE - performance.now();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait)));
      }
    })();
    try {
      await happen();
    } finally {
      isOver = true;
      await load;
    }
    const end = performance.now();
    return reportOf(await Promise.all(sent), start, end);
  }

  async #outcome(): Promise<Outcome> {
    const started = performance.now();
    const result = await this.create();
    const failure = result === "judged" ? {} : { failure: result };
    return { started, ended: performance.now(), ...failure };
  }
}

function reportOf(outcomes: readonly Outcome[], start: number, end: number): LoadReport {
  const judged = outcomes.filter(({ failure }) => failure === undefined);
  const moments = judged.map(({ ended }) => ended).sort((left, right) => left - right);
  const gaps = [...moments, Math.max(end, moments.at(-1) ?? end)].map(
    (at, index) => at - (moments[index - 1] ?? start),
  );
  return {
    judged: judged.length,
    failures: outcomes.flatMap(({ failure }) => failure ?? []),
    longestStall: Math.max(...gaps),
    slowest: Math.max(0, ...judged.map(({ started, ended }) => ended - started)),
  };
}
