import { connect } from "node:http2";

/** A flood of calls from a process of its own, which does not take the time of the test. */
export interface Flood {
  readonly port: number;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
  /** Calls in 20 ms. */
  readonly calls: number;
}

/** What the flood was answered, each time that it is asked. */
export interface FloodReport {
  /** Numbers of answers by status. 0 for a call that got none. */
  readonly statuses: Readonly<Record<number, number>>;
  /** All values of Retry-After. */
  readonly retryAfter: readonly string[];
}

const INTERVAL_MS = 20;
/** Calls without an answer. More would only fill the memory of this process. */
const MAX_OPEN = 64;

/** Calls over h2, as an API server does, until the parent ends it. */
function flood({ port, path, authorization, body, calls }: Flood): void {
  const statuses: Record<number, number> = {};
  const retryAfter = new Set<string>();
  let open = 0;
  const connection = () => connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false }).on("error", () => {});
  let session = connection();
  const ended = (status: number): void => {
    open -= 1;
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const call = (): void => {
    if (open >= MAX_OPEN) return;
    if (session.closed || session.destroyed) session = connection();
    open += 1;
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      ":authority": "gate.example.com",
      authorization,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    let status = 0;
    stream.on("response", (headers) => {
      status = Number(headers[":status"]);
      const seconds = headers["retry-after"];
      if (seconds !== undefined) retryAfter.add(String(seconds));
    });
    stream.on("error", () => {}).once("close", () => ended(status));
    stream.resume();
    stream.end(body);
  };
  setInterval(() => {
    for (let made = 0; made < calls; made += 1) call();
  }, INTERVAL_MS);
  process.on("message", () => process.send?.({ statuses, retryAfter: [...retryAfter] } satisfies FloodReport));
}

process.once("message", (message: Flood) => flood(message));
process.once("disconnect", () => process.exit(0));
