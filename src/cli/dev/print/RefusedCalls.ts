import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { clock } from "./clock.ts";
import { pathText } from "./pathText.ts";

/** A call that got an error instead of a verdict. */
export interface RefusedCall {
  readonly status: number;
  /** The code of the error, such as `unknown-cluster`; undefined for an answer that has none. */
  readonly code: string | undefined;
  /** The path of the URL, without the query. */
  readonly path: string;
}

/** So many lines in so many milliseconds are printed, and the number of the others. */
const MAX_LINES = 10;
const WINDOW_MS = 5_000;
/** The width of a terminal. */
const COLUMNS = 80;

/** Codes of OpenSSL for what a client does. */
const TLS_FAULTS: readonly [code: RegExp, fault: string][] = [
  [/HTTP_REQUEST/, "http: the client calls http://, not https://"],
  [/UNKNOWN_CA|CERTIFICATE_UNKNOWN|BAD_CERTIFICATE/, "TLS: the client does not trust the CA of postern dev"],
  [/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|PROTOCOL_VERSION/, "TLS: the client is older than TLS 1.2, which is needed"],
  [/WRONG_VERSION_NUMBER/, "TLS: the client does not speak TLS"],
];

/** Prints a line for each call that gets no verdict. A flood of them is counted. */
export class RefusedCalls {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #windowEnd = 0;
  #lines = 0;
  #left = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `now` is in milliseconds since the epoch. */
  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Prints a call that was answered with an error. */
  add({ status, code, path }: RefusedCall): void {
    this.#print(`${[status, ...(code === undefined ? [] : [code])].join(" ")}  ${pathText(path)}`);
  }

  /** Prints a connection that ended before a call. Nothing for one that only ended, such as a check of the port. */
  addTlsError(error: Error): void {
    const code = "code" in error ? String(error.code) : "";
    if (!code.startsWith("ERR_SSL_")) return;
    const known = TLS_FAULTS.find(([pattern]) => pattern.test(code));
    this.#print(known?.[1] ?? `TLS: ${code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ")}`);
  }

  /** Prints what is still counted. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#left > 0) this.#write(`${this.#left} more in the last ${WINDOW_MS / 1000} s`);
    this.#left = 0;
  }

  #print(text: string): void {
    const now = this.#now();
    if (now >= this.#windowEnd) {
      this.stop();
      this.#windowEnd = now + WINDOW_MS;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines <= MAX_LINES) this.#write(text);
    else {
      this.#left += 1;
      this.#timer ??= setTimeout(() => this.stop(), this.#windowEnd - now).unref();
    }
  }

  #write(text: string): void {
    const { stdout } = this.#terminal;
    const head = `${paint(this.#terminal, stdout, "dim", clock(this.#now()))}  ${paint(this.#terminal, stdout, "yellow", "refused   ")}`;
    const room = COLUMNS - 22;
    const line = printable(text);
    stdout.write(`${head}  ${line.length > room ? `${line.slice(0, room - 1)}…` : line}\n`);
  }
}
