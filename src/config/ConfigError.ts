/** Why a config file cannot be used. Part of the API: callers match on these. */
export type ConfigErrorCode =
  /** The content does not match the schema. The message names the member and the expected value. */
  | "bad-config"
  /** The config, or a file that it names, cannot be read. */
  | "unreadable-config";

/** A config file that cannot be used. `message` is one line with the file, the member and the expected value. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  constructor(code: ConfigErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ConfigError";
    this.code = code;
  }
}
