import { serveGate } from "../../hosts/serveGate.ts";
import { TlsConfigError } from "../../tls/TlsConfigError.ts";
import { TlsError } from "../../tls/TlsError.ts";
import { TrustError } from "../../trust/TrustError.ts";
import { loadGate } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { checkTogether } from "../terminal/checkTogether.ts";
import { systemFault } from "../terminal/systemFault.ts";
import type { Terminal } from "../terminal/Terminal.ts";

/** Options of `postern serve`. */
export interface ServeOptions {
  readonly gate: string;
  readonly port: number;
  readonly host?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly standbyCert?: string;
  readonly standbyKey?: string;
}

/** Serves a gate from this process until it is told to stop. Resolves to the exit code; throws {@link CliError}. */
export async function serveCommand(
  terminal: Terminal,
  { gate: file, port, host, cert, key, standbyCert, standbyKey }: ServeOptions,
): Promise<number> {
  checkTogether("--cert", cert, "--key", key);
  checkTogether("--standby-cert", standbyCert, "--standby-key", standbyKey);
  if (standbyCert !== undefined && cert === undefined)
    throw new CliError("usage", "--standby-cert needs a main certificate beside it, --cert");
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
      ...(standbyCert === undefined ? {} : { POSTERN_STANDBY_CERT: standbyCert, POSTERN_STANDBY_KEY: standbyKey }),
    });
  } catch (error) {
    if (error instanceof TlsError || error instanceof TrustError || error instanceof TlsConfigError)
      throw new CliError("cannot-serve", error.message, error);
    const taken = error instanceof Error && "port" in error && typeof error.port === "number" ? error.port : port;
    throw systemFault(error, taken, taken === port ? "--port" : "POSTERN_METRICS_PORT");
  }
}
