import { readFile } from "node:fs/promises";
import { ConfigError } from "../../config/ConfigError.ts";
import { readFault } from "./readFault.ts";

/** The text of the file of `--config`. Throws {@link ConfigError} `unreadable-config`. */
export function readConfigFile(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `--config: ${file} ${readFault(error)}`, error);
  });
}
