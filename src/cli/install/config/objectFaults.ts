import { compareQuantities } from "../../../policy/quantity/compareQuantities.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import type { InstallConfig } from "./installSchema.ts";

/** A fault of a config: the key that its message begins with, and the message. */
export type ConfigFault = readonly [key: string, message: string];

/** What the API server would refuse in the objects of a config: names that a list has twice, and requests above their limits. */
export function objectFaults(config: InstallConfig, objects: readonly object[]): ConfigFault[] {
  return [...amountFaults(config), ...pullSecretFaults(config), ...variableFaults(config, objects)];
}

function amountFaults({ resources }: InstallConfig): ConfigFault[] {
  return Object.entries(resources).flatMap(([part, { requests = {}, limits = {} }]) =>
    (["cpu", "memory", "ephemeral-storage"] as const).flatMap((name): ConfigFault[] => {
      const [request, limit] = [requests[name], limits[name]];
      if (request === undefined || limit === undefined || !(compareQuantities(request, limit) > 0)) return [];
      const path = `resources.${part}.requests.${name}`;
      return [[path, `is ${request}, above the limit ${limit}; raise resources.${part}.limits.${name} too`]];
    }),
  );
}

function pullSecretFaults({ imagePullSecrets }: InstallConfig): ConfigFault[] {
  const names = imagePullSecrets.map(({ name }) => name);
  return names.flatMap((name, index): ConfigFault[] =>
    names.indexOf(name) === index ? [] : [[`imagePullSecrets.${index}.name`, `${name} is there twice; leave one out`]],
  );
}

/** Variables that a container has twice: named twice in the config, or set by this command already. */
function variableFaults({ env }: InstallConfig, objects: readonly object[]): ConfigFault[] {
  return (["sync", "gate"] as const).flatMap((part) => {
    const given = env[part].map(({ name }) => name);
    const all = objects.flatMap((object) => variablesOf(object, part));
    return given.flatMap((name, index): ConfigFault[] => {
      const key = `env.${part}.${index}.name`;
      if (given.indexOf(name) !== index) return [[key, `${name} is there twice; leave one out`]];
      const ofConfig = given.filter((it) => it === name).length;
      return all.filter((it) => it === name).length > ofConfig
        ? [[key, `${name} is set by postern install; leave it out`]]
        : [];
    });
  });
}

/** The names of the variables that the container of a part has. */
function variablesOf(tree: unknown, part: string): string[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => variablesOf(item, part));
  if (!isJsonObject(tree)) return [];
  const { name, image, env } = tree;
  if (name === part && image !== undefined && Array.isArray(env))
    return env.flatMap((it) => (isJsonObject(it) && typeof it.name === "string" ? [it.name] : []));
  return Object.values(tree).flatMap((member) => variablesOf(member, part));
}
