import { serveGate } from "../gate/serveGate.ts";
import { CliError } from "./CliError.ts";
import { checkKeyPair } from "./checkKeyPair.ts";
import { loadGate } from "./loadGate.ts";
import { systemFault } from "./systemFault.ts";
import type { Terminal } from "./Terminal.ts";

/** Options of `postern serve`. */
export interface ServeOptions {
  readonly gate: string;
  readonly port: number;
  readonly host?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Serves a gate from this process until it is told to stop. Resolves to the exit code; throws {@link CliError}. */
export async function serveCommand(
  terminal: Terminal,
  { gate: file, port, host, cert, key }: ServeOptions,
): Promise<number> {
  if ((cert === undefined) !== (key === undefined))
    throw new CliError(
      "usage",
      `--cert and --key come together; ${cert === undefined ? "--cert" : "--key"} is missing`,
    );
  if (cert !== undefined && key !== undefined) await checkKeyPair(cert, key);
  const gate = await loadGate(file);
  if (cert === undefined)
    terminal.stderr.write(
      "postern: plain HTTP, for an edge in front that terminates TLS; the API server itself calls nothing but https (--cert, --key)\n",
    );
  try {
    return await serveGate(gate, {
      ...terminal.env,
      POSTERN_PORT: String(port),
      POSTERN_HOST: host,
      POSTERN_CERT: cert,
      POSTERN_KEY: key,
    });
  } catch (error) {
    throw systemFault(error, port);
  }
}
