/** An open call, as a server's limits see it. */
export interface GuardedCall {
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  /** Whether the whole body has arrived. */
  readonly isReceived: boolean;
  /** Whether it is a POST that was answered with 2xx. Strangers get none from a gate that identifies its callers. */
  readonly isProof: boolean;
  /** When the handler returned its answer. From then on the call waits for its client to read it. */
  answeredAt: number | undefined;
  /** Bytes of the answer that the client has not taken. */
  readonly unreadBytes: number;
  /** Answers 503 when there is no answer yet, and ends the call, whatever the client still sends or has not read. */
  end(): void;
}

/** The 503 of a call that is refused. An API server tries again after this many seconds. */
export const REFUSAL = { status: 503, headers: { "retry-after": "1" } } as const;

/** Whether a call shows that its caller is known. */
export function isProof(method: string | undefined, status: number): boolean {
  return method === "POST" && status >= 200 && status < 300;
}
