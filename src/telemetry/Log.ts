/** Facts of a log line. An Error is written with its stack. No property holds a reviewed object or a secret. */
export type LogProperties = Readonly<Record<string, unknown>>;

/** A log with levels. A LogTape logger has this shape. */
export interface Log {
  debug(message: string, properties?: LogProperties): void;
  info(message: string, properties?: LogProperties): void;
  warn(message: string, properties?: LogProperties): void;
  error(message: string, properties?: LogProperties): void;
  /** Whether a line would be written now. For facts that cost something to find. Without it each line is written. */
  readonly isWritten?: ((level: LogLevel, message: string, properties?: LogProperties) => boolean) | undefined;
}

/** A level of a {@link Log}. */
export type LogLevel = "debug" | "info" | "warn" | "error";
