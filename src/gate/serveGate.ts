import { readFile } from "node:fs/promises";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { serveUntilSignal } from "../tls/serveUntilSignal.ts";
import type { KeyPair } from "../tls/startServer.ts";
import { createGate } from "./createGate.ts";
import type { Gate } from "./defineGate.ts";
import { errorResponse } from "./errorResponse.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { GateError } from "./GateError.ts";
import { logVerdict } from "./logVerdict.ts";
import { parseSigningKey } from "./parseSigningKey.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";

/** Environment of a Node process that serves a gate. `POSTERN_CERT` and `POSTERN_KEY` are paths of PEM files; without them it speaks plain HTTP. */
export interface ServeEnv {
  readonly [name: string]: string | undefined;
  /** Default 8443. */
  readonly POSTERN_PORT?: string | undefined;
  readonly POSTERN_HOST?: string | undefined;
  readonly POSTERN_CERT?: string | undefined;
  readonly POSTERN_KEY?: string | undefined;
  /** A private Ed25519 JWK, as JSON; signs self-tests. */
  readonly POSTERN_SIGNING_KEY?: string | undefined;
  /** A file with the announcement, read anew for each call. */
  readonly POSTERN_ANNOUNCEMENT_FILE?: string | undefined;
  /** The announcement itself, where there is no file. */
  readonly POSTERN_ANNOUNCEMENT?: string | undefined;
  /** When set, a line for each verdict goes to the log. */
  readonly POSTERN_VERDICT_LINES?: string | undefined;
}

/** Serves a gate until SIGTERM or SIGINT. Resolves to the exit code; throws GateConfigError, or the system's error when it cannot listen. */
export async function serveGate(gate: Gate, env: ServeEnv): Promise<number> {
  const log = jsonLog((line) => process.stdout.write(`${line}\n`), Date.now);
  let draining = false;
  const app = createGate(gate, {
    now: Date.now,
    log,
    isDraining: () => draining,
    ...parseSigningKey(env.POSTERN_SIGNING_KEY),
    announcement: () => readAnnouncementFile(env),
    ...(env.POSTERN_VERDICT_LINES === undefined ? {} : { onVerdict: logVerdict(log) }),
  });
  const tls = await readKeyPair(env);
  return serveUntilSignal({
    fetch: (request) => app.fetch(request),
    refuse: () => errorResponse(new GateError("bad-request", "the request has no valid host or path"), true),
    port: readPort(env.POSTERN_PORT),
    log,
    onDrain: () => {
      draining = true;
    },
    ...(env.POSTERN_HOST === undefined ? {} : { hostname: env.POSTERN_HOST }),
    ...(tls === undefined ? {} : { tls }),
  });
}

function readPort(text = "8443"): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new GateConfigError("POSTERN_PORT", "is not a port: a number up to 65535");
  return port;
}

async function readKeyPair({ POSTERN_CERT, POSTERN_KEY }: ServeEnv): Promise<KeyPair | undefined> {
  if (POSTERN_CERT === undefined && POSTERN_KEY === undefined) return undefined;
  if (POSTERN_CERT === undefined || POSTERN_KEY === undefined)
    throw new GateConfigError(
      POSTERN_CERT === undefined ? "POSTERN_CERT" : "POSTERN_KEY",
      "is missing; certificate and key come together",
    );
  return { cert: await readPem("POSTERN_CERT", POSTERN_CERT), key: await readPem("POSTERN_KEY", POSTERN_KEY) };
}

async function readPem(name: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new GateConfigError(
      name,
      `: cannot read ${path} (${error instanceof Error && "code" in error ? String(error.code) : "unreadable"})`,
    );
  }
}
