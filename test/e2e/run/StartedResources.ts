/** A list of started resources. It stops them in reverse order, also when a later start fails. */
export class StartedResources {
  readonly #stops: (() => Promise<unknown> | unknown)[] = [];
  readonly #starting: Promise<unknown>[] = [];

  /** Waits for a resource to start and adds it to the list. `stop` stops the resource. */
  async add<T>(starting: Promise<T>, stop: (started: T) => Promise<unknown> | unknown): Promise<T> {
    const added = starting.then((started) => {
      this.#stops.push(() => stop(started));
      return started;
    });
    this.#starting.push(added);
    return added;
  }

  /** Stops all resources, also those that are still starting. Afterwards rejects with the first error. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.#starting.splice(0));
    const errors: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse())
      try {
        await stop();
      } catch (error) {
        errors.push(error);
      }
    if (errors.length > 0) throw errors[0];
  }
}
