import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readReviews } from "../../../src/cli/manifests/readReviews.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";
import { readReview, reviewNames } from "../../fixtures/readReview.ts";
import { InputFolder } from "../InputFolder.ts";

const folder = new InputFolder();
afterAll(() => folder.remove());

async function* input(...chunks: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks;
}
const read = (...paths: string[]) => readReviews(paths, { operation: "CREATE" }, input());
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/reviews/${name}.json`, import.meta.url));
const captured = reviewNames.filter((name) => !name.startsWith("conversion-"));
const conversions = reviewNames.filter((name) => name.startsWith("conversion-"));

describe("readReviews", () => {
  it.each(captured)("takes the captured AdmissionReview %s unchanged", async (name) => {
    const { reviews, faults } = await readReviews([fixture(name)], { operation: "DELETE" }, input());
    expect(faults).toEqual([]);
    const body: unknown = JSON.parse(readReview(name));
    const request = isJsonObject(body) && isJsonObject(body.request) ? body.request : {};
    expect(reviews.map(({ review }) => review)).toEqual([
      expect.objectContaining({
        uid: request.uid,
        operation: request.operation,
        object: request.object,
        subresource: request.subResource ?? "",
      }),
    ]);
  });

  it("reports an invalid AdmissionReview with the path of the field", async () => {
    const path = folder.write(
      "review.yaml",
      "---\nkind: AdmissionReview\napiVersion: admission.k8s.io/v1\nrequest: {uid: 7}\n",
    );
    const { reviews, faults } = await read(path);
    expect(reviews).toEqual([]);
    expect(faults).toEqual([{ file: path, line: 2, message: expect.stringMatching(/^request\.uid: expected/) }]);
  });
});

it.each(conversions)("readReviews refuses the ConversionReview %s", async (name) => {
  const { reviews, faults } = await read(fixture(name));
  expect(reviews).toEqual([]);
  expect(faults).toEqual([
    { file: fixture(name), line: 1, message: "is a ConversionReview; only objects and AdmissionReviews can be judged" },
  ]);
});

describe("readReviews", () => {
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: ä🚀}\n";
  it("ignores a byte order mark", async () => {
    const yaml = folder.write("bom.yaml", `\uFEFF${pod}`);
    const json = folder.write("bom.json", '\uFEFF{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ä🚀"}}');
    const { reviews, faults } = await read(yaml, json);
    expect(faults).toEqual([]);
    expect(reviews.map(({ review }) => review.name)).toEqual(["ä🚀", "ä🚀"]);
  });

  it("reads standard input in chunks that split characters", async () => {
    const bytes = new TextEncoder().encode(pod);
    const { reviews } = await readReviews(
      ["-"],
      { operation: "CREATE" },
      input(...[...bytes].map((byte) => Uint8Array.of(byte))),
    );
    expect(reviews).toMatchObject([{ file: "(standard input)", line: 1, review: { name: "ä🚀" } }]);
  });

  it.each<[what: string, content: Uint8Array, message: string]>([
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x61, 0), "is not UTF-8"],
    ["half a character", Uint8Array.of(0x61, 0xc3), "is not UTF-8"],
    ["33 MiB", new Uint8Array(33 * 1024 * 1024).fill(0x20), "is larger than 32 MiB"],
  ])("refuses a file with %s", async (what, content, message) => {
    const path = folder.write(`${what}.yaml`, content);
    expect(await read(path)).toEqual({ reviews: [], faults: [{ file: path, message }], skipped: [] });
    const fromInput = await readReviews(["-"], { operation: "CREATE" }, input(content));
    expect(fromInput).toEqual({ reviews: [], faults: [{ file: "(standard input)", message }], skipped: [] });
  });

  it("stops reading an endless input at the size limit", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(1024 * 1024);
    }
    const { faults } = await readReviews(["-"], { operation: "CREATE" }, endless());
    expect(faults).toEqual([{ file: "(standard input)", message: "is larger than 32 MiB" }]);
  });
});

it("readReviews sorts the faults of a file by line", async () => {
  const path = folder.write(
    "faults.yaml",
    "apiVersion: v1\nkind: Pod\nmetadata: 7\n---\nkind: Pod\n---\napiVersion: v1\nkind: Pod\nmetadata: []\n---\na: [\n",
  );
  const { faults } = await read(path);
  expect(faults.map(({ line }) => line)).toEqual([1, 5, 7, 11]);
  expect(faults[0]?.message).toBe("metadata: expected an object");
});
