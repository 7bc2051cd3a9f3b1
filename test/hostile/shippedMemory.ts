import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod/mini";

/** What the manifests and the image of the gate give to its process. */
export interface ShippedMemory {
  readonly containerBytes: number;
  /** Node gives half of a container's memory to the heap. */
  readonly heapMebibytes: number;
  /** `ENV` of the image. */
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of node in the `ENTRYPOINT` of the image. */
  readonly nodeArgs: readonly string[];
}

/** Reads memory limit and environment from infra/. */
export function shippedMemory(): ShippedMemory {
  const read = (path: string): string => readFileSync(new URL(`../../infra/${path}`, import.meta.url), "utf8");
  const deployment = parse(read("kubernetes/components/gate/deployment.yaml"));
  const [container] = deployment.spec.template.spec.containers;
  const mebibytes = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)?.[1]);
  const dockerfile = read("container/Dockerfile");
  const lines = dockerfile.matchAll(/^ENV ([A-Z_]+)=(\S+)$/gm);
  const env = Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  const entrypoint = /^ENTRYPOINT (\[.*"\/gate\.mjs"\])$/m.exec(dockerfile)?.[1] ?? "[]";
  const nodeArgs = z.array(z.string()).check(z.minLength(2)).parse(JSON.parse(entrypoint)).slice(1, -1);
  return { containerBytes: mebibytes * 1024 * 1024, heapMebibytes: mebibytes / 2, env, nodeArgs };
}
