import { SourceMap, type SourceMapPayload } from "node:module";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { printable } from "../../../telemetry/printable.ts";

/** The name that miniflare gives to a script, with line and column. Its folders stand before it. */
const SCRIPT = /script-\d{1,9}\.mjs:(\d{1,9}):(\d{1,9})(\)?)$/;
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
/** Of a stack, the frames of the policy come first; the frames of the engine below them do not help. */
const MAX_FRAMES = 3;
const OWN = fileURLToPath(new URL("../../..", import.meta.url));

/** A place in a source file. */
interface Place {
  /** The path from the current folder. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the lines of a bundle come from: its source map, which is read at the first error. */
export class BundlePlaces {
  readonly #script: string;
  #map: SourceMap | "none" | undefined;

  /** `script` is a bundle with an inline source map; without one, there are no places. */
  constructor(script: string) {
    this.#script = script;
  }

  /** The frames of a stack that are in the files of the user, `at validate (gate.ts:2:7)`, up to the first of Postern. */
  framesOf(stack: string): string[] {
    const frames: string[] = [];
    for (const line of stack.split("\n").filter((text) => /^ +at /.test(text))) {
      const place = this.#placeIn(line.trim());
      if (place === "own" || frames.length === MAX_FRAMES) break;
      if (place !== undefined) frames.push(printable(place.text));
    }
    return frames;
  }

  /** The first place of a stack in the files of the user, `gate.ts:2:7`; undefined when there is none. */
  firstOf(stack: string): string | undefined {
    for (const line of stack.split("\n")) {
      const place = this.#placeIn(line.trim());
      if (place === "own") continue;
      if (place !== undefined) return printable(place.at);
    }
    return undefined;
  }

  #placeIn(frame: string): { readonly text: string; readonly at: string } | "own" | undefined {
    const found = SCRIPT.exec(frame);
    const [, line, column, after = ""] = found ?? [];
    if (found === null || line === undefined || column === undefined) return undefined;
    const folders = frame.slice(0, found.index);
    const before = folders.slice(0, Math.max(folders.lastIndexOf(" "), folders.lastIndexOf("(")) + 1);
    const place = this.#origin(Number(line), Number(column));
    if (place === undefined) return undefined;
    if (place === "own") return "own";
    const at = `${place.file}:${place.line}:${place.column}`;
    return { text: `${before}${at}${after}`, at };
  }

  #origin(line: number, column: number): Place | "own" | undefined {
    this.#map ??= mapOf(this.#script) ?? "none";
    if (this.#map === "none") return undefined;
    const origin = this.#map.findEntry(line - 1, column - 1);
    if (!("originalSource" in origin)) return undefined;
    const path = resolve(decoded(origin.originalSource));
    if (path.startsWith(OWN) || path.endsWith("(worker of the gate)")) return "own";
    return { file: relative(process.cwd(), path), line: origin.originalLine + 1, column: origin.originalColumn + 1 };
  }
}

function mapOf(script: string): SourceMap | undefined {
  const [, encoded] = INLINE_MAP.exec(script.slice(script.lastIndexOf("\n//# sourceMappingURL="))) ?? [];
  if (encoded === undefined) return undefined;
  const payload: unknown = JSON.parse(Buffer.from(encoded, "base64").toString());
  return isPayload(payload) ? new SourceMap(payload) : undefined;
}

function isPayload(value: unknown): value is SourceMapPayload {
  return typeof value === "object" && value !== null && "mappings" in value && "sources" in value;
}

/** esbuild writes sources as URLs. */
function decoded(source: string): string {
  const path = source.replace(/^file:\/\//, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
