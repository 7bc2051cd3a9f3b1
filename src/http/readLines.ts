import type { IncomingMessage } from "node:http";
import { HttpCallError } from "./HttpCallError.ts";

const LINE_FEED = 0x0a;

/** Yields the lines of an answer as they come. Throws {@link HttpCallError} for a line of more than `maxBytes`. */
export function readLines(answer: IncomingMessage, host: string, maxBytes: number): AsyncGenerator<string> {
  return lines(answer, host, maxBytes);
}

async function* lines(answer: IncomingMessage, host: string, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > maxBytes) throw new HttpCallError(host, `sends a line of more than ${maxBytes} bytes`);
    parts.push(part);
  };
  const take = (): string => {
    const line = Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of answer) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      add(rest.subarray(0, end));
      yield take();
      rest = rest.subarray(end + 1);
    }
    add(rest);
  }
  if (length > 0) yield take();
}
