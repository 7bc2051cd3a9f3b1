/** One HTTP call to a gate, on whatever runtime. */
export interface RuntimeCall {
  readonly method?: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back. */
export interface RuntimeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A runtime that serves a bundle of functions/. */
export interface Runtime {
  call(call: RuntimeCall): Promise<RuntimeAnswer>;
  stop(): Promise<void>;
}

/** Starts a runtime with another gate than functions/gate.ts, or with that one. `env` holds what the deployment would set. */
export type StartRuntime = (gate: string | undefined, env?: Readonly<Record<string, string>>) => Promise<Runtime>;

/** The headers of the API server's calls. */
export const JSON_HEADERS = {
  "content-type": "application/json",
  "user-agent": "kube-apiserver-admission",
  "accept-encoding": "gzip",
};
