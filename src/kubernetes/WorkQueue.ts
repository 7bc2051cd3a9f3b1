/** How long a key that failed waits before it is taken again, in milliseconds; and who shares what there is. */
export interface WorkQueueOptions {
  readonly first: number;
  /** Each wait is twice the one before, up to this. */
  readonly most: number;
  /** From 0 to 1; a wait is cut by up to half of it, so that keys that failed together do not come back together. */
  readonly random: () => number;
  /** Of a key. */
  readonly groupOf: (key: string) => string;
  /** Keys of one group that are worked on at once: however long these take, others have their turn. */
  readonly mostOfGroup: number;
}

/**
 * Keys that are to be worked on, as client-go's workqueue has them: a key is in it once however often it is added, is never
 * worked on twice at once, and one that is added meanwhile comes again when it is done. Bounded by the number of keys.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  /** How many of each are worked on. */
  readonly #groups = new Map<string, number>();
  /** Added while they were worked on. */
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly due: number; readonly timer: NodeJS.Timeout }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #isClosed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** How many wait to be taken now. */
  get depth(): number {
    return this.#ready.size;
  }

  add(key: string): void {
    if (this.#isClosed) return;
    this.#forgetTimer(key);
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#ready.add(key);
    this.#hand();
  }

  /** Adds it in so many milliseconds, or sooner where that was asked for already. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#isClosed) return;
    const due = performance.now() + milliseconds;
    const planned = this.#timers.get(key);
    if (planned !== undefined && planned.due <= due) return;
    this.#forgetTimer(key);
    this.#timers.set(key, { due, timer: setTimeout(() => this.add(key), milliseconds) });
  }

  /** Adds it after a time that grows with each failure since {@link forget}. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const { first, most, random } = this.#options;
    const wait = Math.min(most, first * 2 ** Math.min(failures, 30));
    this.addAfter(key, wait * (1 - random() / 2));
  }

  /** The key did not fail. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, once there is one; undefined when the queue is closed. To be followed by {@link done}. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(undefined);
      this.#takers.push(resolve);
      this.#hand();
    });
  }

  /** The key is no longer worked on. */
  done(key: string): void {
    this.#active.delete(key);
    const group = this.#options.groupOf(key);
    const others = (this.#groups.get(group) ?? 0) - 1;
    if (others > 0) this.#groups.set(group, others);
    else this.#groups.delete(group);
    if (this.#again.delete(key)) this.add(key);
    this.#hand();
  }

  /** Nothing is taken any more. */
  close(): void {
    this.#isClosed = true;
    for (const key of [...this.#timers.keys()]) this.#forgetTimer(key);
    this.#ready.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #hand(): void {
    const { groupOf, mostOfGroup } = this.#options;
    for (const key of this.#ready) {
      if (this.#takers.length === 0) return;
      const group = groupOf(key);
      const active = this.#groups.get(group) ?? 0;
      if (active >= mostOfGroup) continue;
      const taker = this.#takers.shift();
      if (taker === undefined) return;
      this.#groups.set(group, active + 1);
      this.#ready.delete(key);
      this.#active.add(key);
      taker(key);
    }
  }

  #forgetTimer(key: string): void {
    const planned = this.#timers.get(key);
    if (planned === undefined) return;
    clearTimeout(planned.timer);
    this.#timers.delete(key);
  }
}
