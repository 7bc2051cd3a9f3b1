import type { ComponentName } from "../install/config/components.ts";
import type { InstallConfig } from "../install/config/installSchema.ts";
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
  components: readonly ComponentName[],
  { config: file, context, output }: UninstallOptions,
): Promise<number> {
  if (context === "")
    throw new CliError("usage", "--context: an empty name was given; name a context of the kubeconfig");
  const { config } = await loadInstallConfig(file, []);
  const sets = installed(config, components);
  // What `postern install` accepts beside what the config lists.
  if (components.length > 0) for (const set of sets) await loadInstallConfig(file, set);
  const stays = components.length === 0 ? [] : config.components.filter((it) => !components.includes(it));
  const kept = new Set((stays.length === 0 ? [] : objectsOf(config, stays)).map(identityKey));
  const steps = uninstallSteps({
    gate: config.gate,
    crds: config.crds,
    objects: objectsOfAll(config, sets).filter((object) => !kept.has(identityKey(object))),
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

/** The components of a config and these together. sync and watch are two forms of one, so each has its turn. */
function installed(config: InstallConfig, components: readonly ComponentName[]): readonly ComponentName[][] {
  const all = [...new Set([...config.components, ...components])];
  const forms = (["sync", "watch"] as const).filter((it) => all.includes(it));
  if (forms.length < 2) return [all];
  return forms.map((form) => all.filter((it) => it === form || !forms.some((name) => name === it)));
}

function objectsOf(config: InstallConfig, components: readonly ComponentName[]): object[] {
  return installObjects(scopeOf({ ...config, components }));
}

function objectsOfAll(config: InstallConfig, sets: readonly (readonly ComponentName[])[]): object[] {
  const objects = sets.flatMap((set) => objectsOf(config, set));
  return [...new Map(objects.map((object) => [identityKey(object), object])).values()];
}
