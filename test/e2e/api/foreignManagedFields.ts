import type { ClusterApi, KubeObject } from "../../cluster/ClusterApi.ts";

/** Names of fields that do not exist, of 1 MB: with them, the next write of anybody is too large for the API server. */
export const INVENTED = Object.fromEntries(
  Array.from({ length: 9_000 }, (_, at) => [`f:postern.dev/sync-${"x".repeat(100)}${at}`, {}]),
);

/** An entry of metadata.managedFields with 1 MB of fields that do not exist. */
export function inventedEntry(apiVersion: string): object {
  const fieldsV1 = { "f:metadata": { "f:annotations": INVENTED } };
  const time = "2026-01-01T00:00:00Z";
  return { manager: "x", operation: "Update", apiVersion, time, fieldsType: "FieldsV1", fieldsV1 };
}

/** The entries, with that of `manager` replaced by one of an Update with `fieldsV1`. */
export function claim(all: readonly KubeObject[], manager: string, fieldsV1: object): KubeObject[] {
  const [first] = all;
  return [...all.filter((it) => it.manager !== manager), { ...first, manager, operation: "Update", fieldsV1 }];
}

/** Updates an object as ten administrators with tools of their own. With another one, the API server joins the oldest. */
export async function writeAsMany(api: ClusterApi, path: string): Promise<void> {
  for (let at = 0; at < 10; at += 1) {
    const annotations = { [`example.com/tool-${at}`]: "x" };
    const { status, body } = await api.merge(
      path,
      { metadata: { annotations } },
      { query: { fieldManager: `tool-${at}` } },
    );
    if (status !== 200) throw new Error(body.message);
  }
}

/** Changes of the entries of the managers other than `manager`, by what they do to them. */
export function othersChanged(manager: string): readonly [what: string, change: (all: KubeObject[]) => KubeObject[]][] {
  const others = (change: (entry: KubeObject) => KubeObject) => (all: KubeObject[]) =>
    all.map((entry) => (entry.manager === manager ? entry : change(entry)));
  return [
    [
      "give 1 MB of invented annotations to another manager",
      others(({ fieldsV1, ...entry }) => ({
        ...entry,
        fieldsV1: { ...fieldsV1, "f:metadata": { ...fieldsV1["f:metadata"], "f:annotations": INVENTED } },
      })),
    ],
    [
      "put another manager's fields below a subresource, so that its next server-side apply conflicts",
      others((entry) => ({ ...entry, subresource: "scale" })),
    ],
    ["rename another manager", others((entry) => ({ ...entry, manager: "nobody" }))],
    ["make a server-side apply of another manager's Update", others((entry) => ({ ...entry, operation: flip(entry) }))],
    [
      "take the metadata from another manager",
      others(({ fieldsV1: { "f:metadata": _, ...rest }, ...entry }) => ({ ...entry, fieldsV1: rest })),
    ],
  ];
}

function flip({ operation }: KubeObject): string {
  return operation === "Apply" ? "Update" : "Apply";
}
