/** What has been started, so that it is stopped on every way out: the last first. */
export class Started {
  readonly #stops: (() => Promise<unknown> | unknown)[] = [];
  readonly #starting: Promise<unknown>[] = [];

  /** Waits for something to start, and remembers how it is stopped. */
  async add<T>(starting: Promise<T>, stop: (started: T) => Promise<unknown> | unknown): Promise<T> {
    const added = starting.then((started) => {
      this.#stops.push(() => stop(started));
      return started;
    });
    this.#starting.push(added);
    return added;
  }

  /** Also what is still starting. Rejects, when all is stopped, with the first fault. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#starting.splice(0));
    const faults: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse())
      try {
        await stop();
      } catch (error) {
        faults.push(error);
      }
    if (faults.length > 0) throw faults[0];
  }
}
