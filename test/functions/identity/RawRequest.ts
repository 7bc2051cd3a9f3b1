import type { Duplex } from "node:stream";
import { patience } from "../../run/speedFactor.ts";
import { HOST } from "./IdentityBed.ts";

/** A request as it is on the wire. Servers get it with all its faults. */
export interface RawRequest {
  readonly method?: string | undefined;
  readonly target: string;
  /** Beside Content-Type and Content-Length, in this order. A `host` replaces the one of the gate. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Lines behind all headers, each with its line end. */
  readonly lines?: string | undefined;
  readonly body: string;
  /** Whether only the headers are sent. The announced body never comes. */
  readonly withholdsBody: boolean;
}

/** An answer, without its date. */
export interface RawAnswer {
  readonly status: number;
  /** By names in lower case, in the order of the alphabet. */
  readonly headers: readonly string[];
  readonly text: string;
}

const LIMIT_MS = 20_000;

/** The host of a request, as its header has it. */
export function hostOf({ headers = [] }: RawRequest): string {
  return headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? HOST;
}

/** Sends a request over an open connection, which it ends. Rejects when the connection ends without an answer. */
export function sendRaw(connection: Duplex, request: RawRequest): Promise<RawAnswer> {
  const { method = "POST", target, headers = [], lines = "", body, withholdsBody } = request;
  const others = headers.filter(([name]) => name.toLowerCase() !== "host");
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostOf(request)}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...others.map(([name, value]) => `${name}: ${value}`),
  ].join("\r\n");
  return new Promise((resolve, reject) => {
    let received = "";
    const timer = setTimeout(() => settle(false), patience(LIMIT_MS));
    const settle = (isWhole: boolean): void => {
      clearTimeout(timer);
      connection.destroy();
      const answer = answerOf(received, isWhole);
      if (answer === undefined) reject(new Error(`no answer to ${method} ${target.slice(0, 100)}`));
      else resolve(answer);
    };
    connection.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (answerOf(received, false) !== undefined) settle(false);
    });
    // A server that refuses a request line may reset the connection, with its answer on the way.
    connection.on("error", () => settle(true)).on("close", () => settle(true));
    connection.write(Buffer.from(`${head}\r\n${lines}\r\n`, "latin1"));
    if (!withholdsBody) connection.write(body);
  });
}

/** `isEnded`: nothing more comes. */
function answerOf(received: string, isEnded: boolean): RawAnswer | undefined {
  const [, status, head, text] = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(received) ?? [];
  if (status === undefined || head === undefined || text === undefined) return undefined;
  const headers = head
    .split("\r\n")
    .map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()))
    .filter((line) => !line.startsWith("date:"))
    .sort();
  const length = /^content-length: *(\d+)$/m.exec(headers.join("\n"))?.[1];
  const isWhole = isEnded || (length !== undefined && text.length >= Number(length));
  return isWhole || (headers.includes("transfer-encoding: chunked") && text.endsWith("0\r\n\r\n"))
    ? { status: Number(status), headers, text }
    : undefined;
}
