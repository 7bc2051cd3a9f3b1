import { readFileSync } from "node:fs";
import { parse } from "yaml";

/** What the manifests and the image give to a gate. */
export interface ShippedMemory {
  readonly containerBytes: number;
  /** Node gives half of a container's memory to the heap. */
  readonly heapMebibytes: number;
  /** `ENV` of the image. */
  readonly env: Readonly<Record<string, string>>;
}

/** Reads memory limit and environment from infra/. */
export function shippedMemory(): ShippedMemory {
  const read = (path: string): string => readFileSync(new URL(`../../infra/${path}`, import.meta.url), "utf8");
  const deployment = parse(read("kubernetes/components/gate/deployment.yaml"));
  const [container] = deployment.spec.template.spec.containers;
  const mebibytes = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)?.[1]);
  const lines = read("container/Dockerfile").matchAll(/^ENV ([A-Z_]+)=(\S+)$/gm);
  const env = Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
  return { containerBytes: mebibytes * 1024 * 1024, heapMebibytes: mebibytes / 2, env };
}
