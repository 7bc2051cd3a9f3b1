import { loadInstallConfig } from "../install/config/loadInstallConfig.ts";
import { installObjects } from "../install/installObjects.ts";
import { scopeOf } from "../install/source/derivedValues.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { stepsScript } from "./stepsScript.ts";
import { identityKey, uninstallSteps } from "./uninstallSteps.ts";

/** Options of `postern uninstall`, as they are given. */
export interface UninstallOptions {
  readonly config: string;
  readonly context?: string;
  readonly output: "text" | "json";
}

/** Prints what to delete. Returns the exit code. Throws CliError and ConfigError. */
export async function runUninstall(
  terminal: Terminal,
  components: readonly string[],
  { config: file, context, output }: UninstallOptions,
): Promise<number> {
  const { config, scope } = await loadInstallConfig(file, []);
  const unknown = components.find((name) => !config.components.some((it) => it === name));
  if (unknown !== undefined)
    throw new CliError(
      "usage",
      `${unknown} is not among the components of ${file}, which are ${config.components.join(", ")}; name one of them, or none for all`,
    );
  const stays = components.length === 0 ? [] : config.components.filter((it) => !components.includes(it));
  const kept = stays.length === 0 ? [] : installObjects(scopeOf({ ...config, components: stays }));
  const keys = new Set(kept.map(identityKey));
  const steps = uninstallSteps({
    gate: config.gate,
    crds: config.crds,
    objects: installObjects(scope).filter((object) => !keys.has(identityKey(object))),
    withRegistrations: stays.length === 0 || components.includes("gate"),
  }).map((step) => ({
    ...step,
    commands: step.commands.map((it) => ["kubectl", ...(context === undefined ? [] : ["--context", context]), ...it]),
  }));
  terminal.stdout.write(
    output === "json" ? `${JSON.stringify({ steps, stays }, null, 2)}\n` : stepsScript(steps, stays),
  );
  return EXIT_OK;
}
