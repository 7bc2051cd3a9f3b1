import { expect, it } from "vitest";
import { writeLatencyBatch } from "../../../../src/records/stores/workers/writeLatencyBatch.ts";

const message = (id: string, body: unknown) => ({ id, timestamp: new Date("2026-03-01T23:59:59Z"), body });
const line = (cluster: string, uid: string): string => JSON.stringify({ cluster, request: { uid } });

async function written(messages: readonly ReturnType<typeof message>[]): Promise<ReadonlyMap<string, string>> {
  const objects = new Map<string, string>();
  await writeLatencyBatch({ messages }, { put: async (key, text) => objects.set(key, text) });
  return objects;
}

it("writeLatencyBatch writes one object for each cluster, with the lines as they came", async () => {
  const objects = await written([
    message("1", line("a", "x")),
    message("2", line("b", "y")),
    message("3", line("a", "z")),
  ]);
  expect([...objects.values()]).toEqual([`${line("a", "x")}\n${line("a", "z")}\n`, `${line("b", "y")}\n`]);
  for (const [key, cluster] of [...objects.keys()].map((it, index) => [it, ["a", "b"][index]]))
    expect(key).toMatch(new RegExp(`^latency/${cluster}/2026-03-01/[0-9a-f]{32}\\.jsonl$`));
});

it("writeLatencyBatch writes the same object for a batch that is delivered again, and another for other messages", async () => {
  const [one] = (await written([message("1", line("a", "x"))])).keys();
  expect([...(await written([message("1", line("a", "x"))])).keys()]).toEqual([one]);
  expect([...(await written([message("2", line("a", "x"))])).keys()]).not.toEqual([one]);
});

it.each(["{", "null", '{"cluster":"../x"}', 5, undefined, '{"cluster":"~other"}'])(
  "writeLatencyBatch keeps %j, which is no decision, apart",
  async (body) => {
    const [[key, text] = []] = await written([message("1", body)]);
    expect(key).toMatch(/^latency\/~other\/2026-03-01\//);
    expect(text?.split("\n")).toHaveLength(2);
    expect(JSON.parse(text ?? "")).toBeDefined();
  },
);

it("writeLatencyBatch rejects when R2 fails, so that the queue delivers again", async () => {
  const put = () => Promise.reject(new Error("500"));
  await expect(writeLatencyBatch({ messages: [message("1", line("a", "x"))] }, { put })).rejects.toThrow("500");
});
