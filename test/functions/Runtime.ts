/** One HTTP call to a gate, on any runtime. */
export interface RuntimeCall {
  readonly method?: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer to a call. */
export interface RuntimeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A running bundle of functions/. */
export interface Runtime {
  call(call: RuntimeCall): Promise<RuntimeAnswer>;
  stop(): Promise<void>;
}

/** Starts a runtime with a gate, by default functions/gate.ts. `env` holds the variables of the deployment. */
export type StartRuntime = (gate: string | undefined, env?: Readonly<Record<string, string>>) => Promise<Runtime>;

/** The headers of calls by the API server. */
export const JSON_HEADERS = {
  "content-type": "application/json",
  "user-agent": "kube-apiserver-admission",
  "accept-encoding": "gzip",
};
