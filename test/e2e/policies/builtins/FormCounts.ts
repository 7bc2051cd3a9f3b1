import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import type { BuiltinAnswer } from "./BuiltinBed.ts";

/** How many objects of a policy's kinds it denies and allows. */
export interface FormCount {
  readonly objects: number;
  readonly denied: number;
  readonly differences: number;
}

/** The objects that the API server and the gate's engine have both judged. */
export class FormCounts {
  readonly #kinds = new Map<string, number>();
  readonly #asked = new Map<string, Set<string>>();
  readonly #denied = new Map<string, number>();
  readonly #different = new Map<string, number>();
  readonly #lines: string[] = [];

  /** What both say about one object: `found` has, for each policy that was asked, whether it finds a fault. */
  add(object: KubeObject, { warned, failures }: BuiltinAnswer, found: ReadonlyMap<string, boolean>): void {
    const { kind } = object;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    for (const failure of failures) this.#lines.push(`${failure}: ${JSON.stringify(object)}`);
    for (const policy of new Set([...found.keys(), ...warned])) {
      const isDenied = found.get(policy) ?? false;
      if (found.has(policy)) this.#asked.set(policy, (this.#asked.get(policy) ?? new Set()).add(kind));
      if (isDenied) increment(this.#denied, policy);
      if (isDenied === warned.has(policy)) continue;
      increment(this.#different, policy);
      const verdict = isDenied ? "a fault that its native form does not find" : "no fault where its native form does";
      this.#lines.push(`${policy} finds ${verdict}: ${JSON.stringify(object)}`);
    }
  }

  /** An object that a policy is not asked about, because of its namespace, is one that it allows. */
  of(policy: string): FormCount {
    const kinds = [...(this.#asked.get(policy) ?? [])];
    return {
      objects: kinds.reduce((sum, kind) => sum + (this.#kinds.get(kind) ?? 0), 0),
      denied: this.#denied.get(policy) ?? 0,
      differences: this.#different.get(policy) ?? 0,
    };
  }

  get objects(): number {
    return [...this.#kinds.values()].reduce((sum, count) => sum + count, 0);
  }

  get denials(): number {
    return [...this.#denied.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Differences, expressions that fail, and warnings that do not fit. */
  get lines(): readonly string[] {
    return this.#lines;
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
