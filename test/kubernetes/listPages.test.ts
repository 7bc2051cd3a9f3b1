import { expect, it } from "vitest";
import type { ApiResponse, KubernetesApi } from "../../src/kubernetes/KubernetesApi.ts";
import { listPages } from "../../src/kubernetes/listPages.ts";

/** An API server with that many objects. A page of more than `maxPage` objects cannot be read. */
function server(objects: number, maxPage: number): { api: KubernetesApi; limits: number[] } {
  const limits: number[] = [];
  const api = async ({ path }: { path: string }): Promise<ApiResponse> => {
    const query = new URL(path, "http://api").searchParams;
    const [limit, from] = [Number(query.get("limit")), Number(query.get("continue") ?? 0)];
    limits.push(limit);
    const items = Array.from({ length: Math.min(limit, objects - from) }, (_, at) => ({ at: from + at }));
    if (items.length > maxPage) throw new Error("an answer that is too large");
    const next = from + items.length;
    return { status: 200, body: { items, metadata: next < objects ? { continue: String(next) } : {} } };
  };
  return { api, limits };
}

async function readAll(api: KubernetesApi): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const { body } of listPages(api, "/apis/x", "a=b")) if (Array.isArray(body.items)) all.push(...body.items);
  return all;
}

it("listPages reads all pages", async () => {
  const { api, limits } = server(600, 250);
  expect(await readAll(api)).toEqual(Array.from({ length: 600 }, (_, at) => ({ at })));
  expect(limits).toEqual([250, 250, 250]);
});

it("listPages reads small pages when a full page is too large", async () => {
  const { api } = server(35, 10);
  expect(await readAll(api)).toEqual(Array.from({ length: 35 }, (_, at) => ({ at })));
});

it("listPages rejects when a small page is too large as well, and ends after an answer that is not a list", async () => {
  await expect(readAll(server(35, 5).api)).rejects.toThrow("too large");
  const gone: KubernetesApi = async () => ({ status: 410, body: { metadata: { continue: "x" } } });
  expect(await readAll(gone)).toEqual([]);
});
