import { fileURLToPath } from "node:url";
import type { Log, LogProperties } from "../../telemetry/Log.ts";
import { printable } from "../../telemetry/printable.ts";
import type { Terminal } from "../terminal/Terminal.ts";

/** The frames of the policy come first; the frames of the engine below them do not help. */
const MAX_FRAMES = 3;
const OWN = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The log of a review, for people: one line for each entry, and the stack of a failed policy. `where` names the object. An object
 * that is judged several times, such as for several clusters, has each entry once.
 */
export function reviewLog(terminal: Terminal, where: () => string): Log {
  let place = "";
  const written = new Set<string>();
  const write = (message: string, properties: LogProperties = {}): void => {
    const { policy, error } = properties;
    const now = where();
    if (now !== place) written.clear();
    place = now;
    const parts = [place, message, ...(typeof policy === "string" ? [policy] : []), ...reasonOf(error)];
    const entry = `postern: ${parts.filter((part) => part !== "").join(": ")}\n${framesOf(error)}`;
    if (!written.has(entry)) terminal.stderr.write(entry);
    written.add(entry);
  };
  return { debug: () => undefined, info: () => undefined, warn: write, error: write };
}

function reasonOf(error: unknown): string[] {
  if (error === undefined) return [];
  return [printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error))];
}

function framesOf(error: unknown): string {
  const frames = (error instanceof Error ? (error.stack ?? "") : "")
    .split("\n")
    .filter((line) => /^ {4}at /.test(line));
  const engine = frames.findIndex((frame) => frame.includes(OWN));
  return frames
    .slice(0, engine < 0 ? MAX_FRAMES : Math.min(engine, MAX_FRAMES))
    .map((frame) => `${printable(frame)}\n`)
    .join("");
}
