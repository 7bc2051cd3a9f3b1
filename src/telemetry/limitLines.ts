import type { Log, LogLevel, LogProperties } from "./Log.ts";

const WINDOW_MS = 10_000;
const MAX_LINES = 10;
/** Messages are fixed texts, so that there are few. */
const MAX_KINDS = 100;

type Level = LogLevel;

interface Kind {
  windowStart: number;
  lines: number;
}

/** A log that leaves out lines. */
export interface LimitedLog extends Log {
  /** Whether a line would be written now. It is not counted. For facts that cost something to find. */
  readonly isWritten: (level: Level, message: string, properties?: LogProperties) => boolean;
}

/**
 * A log for what callers can cause: of each message, level and `code`, it writes at most 10 lines in 10 s. The first line
 * after such a window has `omitted`, the number of lines that were not written. Lines of other levels are all written.
 * `now` is in milliseconds.
 */
export function limitLines(
  log: Log,
  now: () => number,
  levels: readonly Level[] = ["debug", "info", "warn", "error"],
): LimitedLog {
  const kinds = new Map<string, Kind>();
  const limited =
    (level: Level): Log["warn"] =>
    (message, properties) => {
      const name = nameOf(level, message, properties);
      const at = now();
      let kind = kinds.get(name);
      if (kind === undefined) {
        if (kinds.size >= MAX_KINDS) kinds.clear();
        kind = { windowStart: at, lines: 0 };
        kinds.set(name, kind);
      }
      let omitted = 0;
      if (isOver(kind, at)) {
        omitted = Math.max(0, kind.lines - MAX_LINES);
        kind.windowStart = at;
        kind.lines = 0;
      }
      kind.lines += 1;
      if (kind.lines <= MAX_LINES) log[level](message, omitted > 0 ? { ...properties, omitted } : properties);
    };
  const of = (level: Level): Log["warn"] => (levels.includes(level) ? limited(level) : log[level]);
  return {
    debug: of("debug"),
    info: of("info"),
    warn: of("warn"),
    error: of("error"),
    isWritten: (level, message, properties) => {
      const kind = levels.includes(level) ? kinds.get(nameOf(level, message, properties)) : undefined;
      return kind === undefined || kind.lines < MAX_LINES || isOver(kind, now());
    },
  };
}

function nameOf(level: Level, message: string, properties: LogProperties | undefined): string {
  return `${level} ${message} ${String(properties?.code)}`;
}

/** Also for a clock that went back. */
function isOver({ windowStart }: Kind, at: number): boolean {
  return Math.abs(at - windowStart) >= WINDOW_MS;
}
