import type { RecordSource, SourceLine } from "../chain/RecordSource.ts";
import { MAX_BATCH_LINES } from "../chain/verify/readRootLine.ts";
import { parsedJson } from "../parsedJson.ts";
import { RecordError } from "../RecordError.ts";
import { textLines } from "./textLines.ts";

/**
 * The chain of one cluster as JSON Lines, as `postern records export` writes it: a file, or a stream that can be read once.
 * So `lines` can be called once.
 */
export class JsonLinesSource implements RecordSource {
  readonly name: string;
  readonly #lines: AsyncIterator<SourceLine>;
  readonly #read: SourceLine[] = [];

  constructor(name: string, chunks: AsyncIterable<Uint8Array>) {
    this.name = name;
    this.#lines = textLines(chunks, name)[Symbol.asyncIterator]();
  }

  /** The cluster that the first root, checkpoint or record names. Signatures are not checked. */
  async clusters(): Promise<readonly string[]> {
    while (this.#read.length < MAX_BATCH_LINES) {
      const line = await this.#next();
      if (line === undefined) break;
      this.#read.push(line);
      const cluster = signedCluster(line.text);
      if (cluster !== undefined) return [cluster];
    }
    const cluster = this.#read.map(({ text }) => recordCluster(text)).find((it) => it !== undefined);
    return cluster === undefined ? [] : [cluster];
  }

  /** All lines, also those of another cluster. */
  async *lines(): AsyncGenerator<SourceLine> {
    yield* this.#read.splice(0);
    for (let line = await this.#next(); line !== undefined; line = await this.#next()) yield line;
  }

  async #next(): Promise<SourceLine | undefined> {
    try {
      const { done, value } = await this.#lines.next();
      return done === true ? undefined : value;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
      throw new RecordError("store-unavailable", `reading ${this.name} failed${code}`, { cause: error });
    }
  }
}

function signedCluster(text: string): string | undefined {
  const body = /^\{"(?:batch|checkpoint)":"[\w-]{1,1000}\.([\w-]{1,10000})\./.exec(text)?.[1];
  if (body === undefined) return undefined;
  // Characters that make no byte are left out, where `atob` throws.
  return clusterIn(parsedJson(Buffer.from(body, "base64url").toString("utf8")));
}

function recordCluster(text: string): string | undefined {
  const value = parsedJson(text);
  return typeof value === "object" && value !== null && "decision" in value ? clusterIn(value.decision) : undefined;
}

function clusterIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("cluster" in value)) return undefined;
  return typeof value.cluster === "string" ? value.cluster : undefined;
}
