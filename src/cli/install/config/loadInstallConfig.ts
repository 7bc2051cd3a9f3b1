import { ConfigError } from "../../../config/ConfigError.ts";
import { formatFault } from "../../terminal/InputFault.ts";
import { readConfigFile } from "../../terminal/readConfigFile.ts";
import { type ReadConfig, readInstallConfig } from "./readInstallConfig.ts";

/**
 * Reads the file of `--config`. `components` replace those of the file, when there are any. Throws {@link ConfigError} with
 * a line for each fault.
 */
export async function loadInstallConfig(file: string, components: readonly string[]): Promise<ReadConfig> {
  const read = await readInstallConfig({ file, text: await readConfigFile(file), components });
  if ("scope" in read) return read;
  throw new ConfigError("bad-config", read.map(formatFault).join("\npostern: "));
}
