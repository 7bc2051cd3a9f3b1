import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies `hostPath` volumes of other folders than the allowed ones, and mounts that can write where only reading is allowed. A
 * folder of the node gives away its other Pods and their credentials. A Pod that can write in an allowed folder can make a
 * symbolic link there that leads out of it: prefer `readOnly`. That does not hold for sockets, through which a runtime takes
 * commands, nor for what the node has mounted within the folder: allow the smallest one. The volumes are those of the whole
 * Pod, so there is no `exemptImages`.
 */
export const limitHostPaths = builtin({
  name: "limit-host-paths",
  description: "hostPath volumes must have an allowed path",
  match: { resources: ["pods"], resize: false },
  params: {
    /** Folders, with all that is in them: `/var/log` is not `/var/logs`. With `readOnly`, all mounts must be read-only. */
    allowed: z._default(
      z.array(
        z.strictObject({
          path: z.string().check(
            z.regex(/^\/(?:[^/\s*]+(?:\/[^/\s*]+)*)?$/, "is not an absolute path without a / at its end and without *"),
            z.refine((path) => !/\/\.\.?(?:\/|$)/.test(path), "has a part . or .., which is in no path of a volume"),
          ),
          readOnly: z._default(z.boolean(), false),
        }),
      ),
      [],
    ),
  },
  validations: (on) => [
    on("spec.volumes[].hostPath", {
      fault: (source, { params }) =>
        // A kubelet on Windows takes both separators.
        /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(source.path) ||
        !params.allowed.some(({ path }) => path === source.path || path === "/" || source.path.startsWith(`${path}/`)),
      at: "path",
      message: (source, { at, params }) =>
        `${at}: the volume must not be the path '${source.path}' of its node; allowed are: ${
          params.allowed.length === 0 ? "none" : params.allowed.map(({ path }) => path).join(", ")
        }`,
    }),
    on("containers[].volumeMounts[]", {
      fault: (mount, { object, params }) =>
        mount.readOnly !== true &&
        (object.spec?.volumes ?? []).some(
          (volume) =>
            volume.name === mount.name &&
            volume.hostPath != null &&
            params.allowed.some(
              ({ path, readOnly }) =>
                readOnly === true &&
                (path === volume.hostPath?.path ||
                  path === "/" ||
                  (volume.hostPath?.path ?? "").startsWith(`${path}/`)),
            ) &&
            !params.allowed.some(
              ({ path, readOnly }) =>
                readOnly !== true &&
                (path === volume.hostPath?.path ||
                  path === "/" ||
                  (volume.hostPath?.path ?? "").startsWith(`${path}/`)),
            ),
        ),
      lookup: ({ object, params }) => {
        const covers = (path: string, volume: string): boolean =>
          path === volume || path === "/" || volume.startsWith(`${path}/`);
        const readOnly = (object.spec?.volumes ?? []).filter(({ hostPath }) => {
          const allowing = hostPath == null ? [] : params.allowed.filter((it) => covers(it.path, hostPath.path ?? ""));
          return allowing.length > 0 && allowing.every((it) => it.readOnly === true);
        });
        const names = new Set(readOnly.map(({ name }) => name));
        return (mount) => mount.readOnly !== true && names.has(mount.name);
      },
      at: "readOnly",
      // Without the path, a volume that comes to be of another folder would say what it said before.
      message: (mount, { at, container, object }) =>
        `${at}: container '${container.name}' must mount the volume '${mount.name}' with readOnly: true, as it is the path '${(
          object.spec?.volumes ?? []
        )
          .filter(({ name }) => name === mount.name)
          .map(({ hostPath }) => hostPath?.path ?? "")
          .join("")}' of the node`,
    }),
  ],
});
