import { type KubeConfig, Watch } from "@kubernetes/client-node";

type WatchParts = Parameters<Watch["watch"]>;

/**
 * A watch of client-node that ends with a signal, also when that is given while it is still being opened, which its informer
 * does not look at; and one that says by `done` that it has no credentials: its informer calls it where nobody would hear of
 * a rejection.
 */
export class EndingWatch extends Watch {
  readonly #signal: AbortSignal;

  constructor(kubeConfig: KubeConfig, signal: AbortSignal) {
    super(kubeConfig);
    this.#signal = signal;
  }

  override async watch(...[path, query, heard, done]: WatchParts): Promise<AbortController> {
    if (this.#signal.aborted) return new AbortController();
    const opened = await super.watch(path, query, heard, done).catch((error: unknown) => {
      done(error);
      return new AbortController();
    });
    if (this.#signal.aborted) opened.abort();
    return opened;
  }
}
