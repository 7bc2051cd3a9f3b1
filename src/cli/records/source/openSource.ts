import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { RecordSource } from "../../../records/chain/RecordSource.ts";
import { JsonLinesSource } from "../../../records/stores/JsonLinesSource.ts";
import { redactText } from "../../../telemetry/redact/redactText.ts";
import { CliError } from "../../terminal/CliError.ts";
import { readFault } from "../../terminal/readFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";

const FORMS = "name the folder of a store, a JSON Lines file, - for standard input, or s3://BUCKET/PREFIX";

/** Opens a source by what the user calls it. Throws {@link CliError} `unreadable-input` or `missing-package`. */
export async function openSource({ stdin, env }: Terminal, name: string): Promise<RecordSource> {
  if (name === "-") return new JsonLinesSource("(standard input)", bytesOf(stdin));
  if (name.startsWith("s3://"))
    return (await import("../../../records/stores/aws/openS3Source.ts")).openS3Source(name, env);
  if ((await isFolder(name)) === false) {
    if (/(?:^|[\\/])(?:log|lock)\.db$/.test(name))
      throw new CliError("unreadable-input", `${name}: is a part of a store; name the folder that it is in`);
    return new JsonLinesSource(name, createReadStream(name));
  }
  return new (await import("../../../records/stores/node/NodeSource.ts")).NodeSource(name);
}

/** Whether a path is a folder. Throws {@link CliError} `unreadable-input` for a path that does not exist. */
export async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown): never => {
    throw new CliError("unreadable-input", `${redactText(path)}: ${readFault(error)}; ${FORMS}`, error);
  });
  return found.isDirectory();
}

async function* bytesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield typeof chunk === "string" ? encoder.encode(chunk) : chunk;
}
