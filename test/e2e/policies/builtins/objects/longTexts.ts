import type { KubeObject } from "../../../../cluster/ClusterApi.ts";
import { NAMESPACES } from "./namespaces.ts";

/** Around the longest that policies read, in UTF-16 code units. A character beyond U+FFFF has two. */
const IMAGES = [
  `${"n".repeat(1019)}:${"1".repeat(4)}`,
  `${"n".repeat(1019)}:${"1".repeat(5)}`,
  `${"é".repeat(1022)}:1`,
  `${"😀".repeat(511)}:1`,
  `${"😀".repeat(511)}n:1`,
];
const PHONES = ["1".repeat(4096), "1".repeat(4097), `${"1".repeat(4095)}\u3000`, `${"1".repeat(4094)}😀`];

/** Pods with long texts. The gate takes a fault of a text this long for a new one in every update, so none of them is updated. */
export const longTexts: readonly KubeObject[] = [
  ...IMAGES.map((image) => pod(image)),
  ...PHONES.map((phone) => pod("web:1", { "example.com/oncall": "#shop", "example.com/phone": phone })),
].map((object, index) => ({ ...object, metadata: { ...object.metadata, name: `long-${index}` } }));

function pod(image: string, annotations: KubeObject = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: NAMESPACES[0], annotations },
    spec: { containers: [{ name: "web", image }] },
  };
}
