/** Options of a {@link WorkQueue} of items of one type. */
export interface WorkQueueOptions<Item> {
  /** The item's identity: two items with the same one are the same. */
  readonly idOf: (item: Item) => string;
  /** The group of an item. */
  readonly groupOf: (item: Item) => string;
  /** How many items of one group may be active at the same time. The rest of the workers stay free for other groups. */
  readonly maxActivePerGroup: number;
  /** The delay of the first retry. Each further delay is twice the one before. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** From 0 to 1. It shortens a delay by up to half, so that items that fail together are not retried together. */
  readonly random: () => number;
}

/** Items of one group that wait, and one iterator over them. */
interface Parked<Item> {
  readonly items: Map<string, Item>;
  readonly order: MapIterator<[string, Item]>;
}

function parkedItems<Item>(): Parked<Item> {
  const items = new Map<string, Item>();
  return { items, order: items.entries() };
}

/**
 * Items to work on, as in client-go's workqueue. An item is queued once, however often it is added. It is never active twice
 * at the same time: an active item that is added again is queued when it is done. The number of items bounds the size. The
 * time of each call does not depend on it: a namespace may have tens of thousands of items.
 */
export class WorkQueue<Item> {
  readonly #options: WorkQueueOptions<Item>;
  /** Queued items that may be handed out, by their identity, as are all maps of items here. */
  readonly #ready = new Map<string, Item>();
  /** One iterator over them, until it is at the end: another one would pass all that were removed before. */
  #order = this.#ready.entries();
  /** By group: the items that wait until another one of it is done. No group is empty. */
  readonly #parked = new Map<string, Parked<Item>>();
  #parkedItems = 0;
  readonly #active = new Set<string>();
  /** The number of items in each group that are active or ready: at most `maxActivePerGroup`. */
  readonly #takenInGroup = new Map<string, number>();
  /** Active items that were added again. */
  readonly #addedAgain = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly due: number; readonly timer: NodeJS.Timeout }>();
  readonly #takers: ((item: Item | undefined) => void)[] = [];
  #isClosed = false;

  constructor(options: WorkQueueOptions<Item>) {
    this.#options = options;
  }

  /** The number of items that can be taken now. */
  get depth(): number {
    return this.#ready.size + this.#parkedItems;
  }

  /** Queues an item now. */
  add(item: Item): void {
    if (this.#isClosed) return;
    const id = this.#options.idOf(item);
    this.#cancelTimer(id);
    if (this.#active.has(id)) {
      this.#addedAgain.add(id);
      return;
    }
    if (!this.#ready.has(id)) this.#queue(id, item);
    this.#handOut();
  }

  /** Queues an item after a delay. An earlier request for the same item that is due sooner wins. */
  addAfter(item: Item, delayMs: number): void {
    if (this.#isClosed) return;
    const id = this.#options.idOf(item);
    const due = performance.now() + delayMs;
    const planned = this.#timers.get(id);
    if (planned !== undefined && planned.due <= due) return;
    this.#cancelTimer(id);
    this.#timers.set(id, { due, timer: setTimeout(() => this.add(item), delayMs) });
  }

  /** Queues an item after a delay that grows with each failure since the last {@link forget}. */
  retry(item: Item): void {
    const id = this.#options.idOf(item);
    const failures = this.#failures.get(id) ?? 0;
    this.#failures.set(id, failures + 1);
    const { firstRetryMs, maxRetryMs, random } = this.#options;
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures, 30));
    this.addAfter(item, delayMs * (1 - random() / 2));
  }

  /** Resets the item's failures after a success. */
  forget(item: Item): void {
    this.#failures.delete(this.#options.idOf(item));
  }

  /** Waits for the next item. Undefined when the queue is closed. The caller calls {@link done} afterwards. */
  take(): Promise<Item | undefined> {
    return new Promise((resolve) => {
      if (this.#isClosed) return resolve(undefined);
      this.#takers.push(resolve);
      this.#handOut();
    });
  }

  /** Marks an item as no longer active. */
  done(item: Item): void {
    const id = this.#options.idOf(item);
    this.#active.delete(id);
    this.#free(this.#options.groupOf(item));
    if (this.#addedAgain.delete(id)) this.add(item);
    this.#handOut();
  }

  /** Drops all queued items and ends every {@link take}. */
  close(): void {
    this.#isClosed = true;
    for (const id of [...this.#timers.keys()]) this.#cancelTimer(id);
    this.#ready.clear();
    this.#parked.clear();
    this.#parkedItems = 0;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #queue(id: string, item: Item): void {
    const { groupOf, maxActivePerGroup } = this.#options;
    const group = groupOf(item);
    const taken = this.#takenInGroup.get(group) ?? 0;
    if (taken < maxActivePerGroup) {
      this.#takenInGroup.set(group, taken + 1);
      this.#ready.set(id, item);
      return;
    }
    const parked = this.#parked.get(group) ?? parkedItems<Item>();
    this.#parked.set(group, parked);
    if (!parked.items.has(id)) this.#parkedItems += 1;
    parked.items.set(id, item);
  }

  /** An item of a group is done: the next one of the group may be handed out. */
  #free(group: string): void {
    const parked = this.#parked.get(group);
    const next = parked?.order.next();
    if (parked !== undefined && next?.done === false) {
      const [id, item] = next.value;
      parked.items.delete(id);
      this.#parkedItems -= 1;
      if (parked.items.size === 0) this.#parked.delete(group);
      this.#ready.set(id, item);
      return;
    }
    const others = (this.#takenInGroup.get(group) ?? 0) - 1;
    if (others > 0) this.#takenInGroup.set(group, others);
    else this.#takenInGroup.delete(group);
  }

  #handOut(): void {
    while (this.#takers.length > 0 && this.#ready.size > 0) {
      const next = this.#order.next();
      if (next.done === true) {
        this.#order = this.#ready.entries();
        continue;
      }
      const [id, item] = next.value;
      this.#ready.delete(id);
      this.#active.add(id);
      this.#takers.shift()?.(item);
    }
  }

  #cancelTimer(id: string): void {
    const planned = this.#timers.get(id);
    if (planned === undefined) return;
    clearTimeout(planned.timer);
    this.#timers.delete(id);
  }
}
