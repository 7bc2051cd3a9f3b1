import { readFile } from "node:fs/promises";
import { ConfigError } from "../../config/ConfigError.ts";
import { CliError } from "./CliError.ts";
import { readFault } from "./readFault.ts";

/** The text of the file of `--config`. Throws {@link ConfigError} `unreadable-config`, and {@link CliError} `usage` for an empty path. */
export async function readConfigFile(file: string): Promise<string> {
  if (file === "") throw new CliError("usage", "--config: an empty path was given; name a file");
  return readFile(file, "utf8").catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `--config: ${file} ${readFault(error)}`, error);
  });
}
