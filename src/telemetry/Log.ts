/** Facts beside a message. An Error is written with its stack; nothing here ever holds a reviewed object or a secret. */
export type LogProperties = Readonly<Record<string, unknown>>;

/** Where the gate says what happened. A LogTape logger fits. */
export interface Log {
  debug(message: string, properties?: LogProperties): void;
  info(message: string, properties?: LogProperties): void;
  warn(message: string, properties?: LogProperties): void;
  error(message: string, properties?: LogProperties): void;
}
