import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageConfig } from "./ImageStore.ts";

/** How a container of an image is started. */
export interface ContainerPlan {
  /** The root file system. */
  readonly root: string;
  readonly config: ImageConfig;
  /** Replaces the `Cmd` of the image. */
  readonly args?: readonly string[];
  /** `NAME=VALUE`, beside those of the image. */
  readonly env?: readonly string[];
  /** Paths of this machine by their path in the container. They can only be read. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/**
 * Writes the bundle of a container for an OCI runtime (runtime-spec, config.md): the user of the image, a read-only root,
 * no capabilities, no new privileges, as the manifests in infra/kubernetes ask for. Network and host name are those of
 * this machine. Resolves to the command that runs it.
 */
export async function ociBundle(folder: string, id: string, plan: ContainerPlan): Promise<[string, ...string[]]> {
  const { root, config, mounts = {} } = plan;
  const [uid = Number.NaN, gid = Number.NaN] = (config.User ?? "").split(":").map(Number);
  if (!(uid > 0 && gid > 0))
    throw new Error(`the user of the image is "${config.User}": expected two numbers, not root`);
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  const bound = Object.entries(mounts).map(([destination, source]) => ({
    destination,
    source,
    type: "bind",
    options: ["rbind", "ro"],
  }));
  const spec = {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid, gid },
      args: [...(config.Entrypoint ?? []), ...(plan.args ?? config.Cmd ?? [])],
      env: [...(config.Env ?? []), ...(plan.env ?? [])],
      cwd: "/",
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      ...bound,
    ],
    linux: { namespaces: [{ type: "pid" }, { type: "mount" }, { type: "ipc" }] },
  };
  const bundle = join(folder, id);
  await mkdir(bundle, { recursive: true });
  await writeFile(join(bundle, "config.json"), JSON.stringify(spec));
  return ["runc", "--root", join(folder, "runc"), "run", "--bundle", bundle, id];
}
