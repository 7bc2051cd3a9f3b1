import type { Duplex } from "node:stream";
import type { ClientPair } from "../../hosts/certificate/clientPki.ts";
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
  /** The client certificate of the connection. Only for Node: of other runtimes the edge has the connections. */
  readonly pair?: ClientPair | undefined;
  readonly body: string;
  /** Whether only the headers are sent. The announced body never comes. */
  readonly withholdsBody: boolean;
}

/** The bytes of a request with a right length of its body. */
export function requestText({ method = "POST", target, headers = [], lines = "", body }: RawRequest): string {
  const others = headers.filter(([name]) => name.toLowerCase() !== "host");
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${hostOf({ headers })}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...others.map(([name, value]) => `${name}: ${value}`),
  ].join("\r\n");
  return `${head}\r\n${lines}\r\n${body}`;
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
export function hostOf({ headers = [] }: Pick<RawRequest, "headers">): string {
  return headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? HOST;
}

/** Sends a request over an open connection, which it ends. Rejects when the connection ends without an answer. */
export function sendRaw(connection: Duplex, request: RawRequest): Promise<RawAnswer> {
  const { method = "POST", target, body, withholdsBody } = request;
  const text = requestText(request);
  const head = text.slice(0, text.length - body.length);
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
    // At one time: what a server says of the connection may depend on whether the body is there.
    connection.write(Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(withholdsBody ? "" : body)]));
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

/** What is written to a connection, one after the other; a number waits until so many answers have begun. */
export type RawPart = string | number;

/**
 * Writes to an open connection. Resolves to the statuses of all answers until the server ends the connection, and to their texts
 * together.
 */
export async function exchangeRaw(
  connection: Duplex,
  parts: readonly RawPart[],
): Promise<{ readonly statuses: readonly number[]; readonly text: string }> {
  let text = "";
  let wake = (): void => undefined;
  let isEnded = false;
  const statuses = (): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const timer = setTimeout(() => connection.destroy(), patience(LIMIT_MS));
  const end = (): void => {
    isEnded = true;
    wake();
  };
  connection
    .on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      wake();
    })
    // A server may reset a connection that it has answered.
    .on("error", end)
    .on("end", end)
    .on("close", end);
  const until = async (isMet: () => boolean): Promise<void> => {
    while (!isEnded && !isMet())
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  for (const part of parts) {
    if (typeof part === "number") await until(() => statuses().length >= part);
    else if (!isEnded) connection.write(Buffer.from(part, "latin1"));
  }
  await until(() => false);
  clearTimeout(timer);
  connection.destroy();
  return { statuses: statuses(), text };
}
