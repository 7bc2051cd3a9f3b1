import { isJsonObject } from "../protocol/Json.ts";
import type { ApiResponse, KubernetesApi } from "./KubernetesApi.ts";

/** Objects in one page. */
const PAGE_SIZE = 250;
/** Objects in a page after a larger one failed. An answer of 16 MiB has room for ten objects of etcd's limit of 1.5 MiB. */
const SMALL_PAGE_SIZE = 10;
/** Reading stops after this many objects. */
const MAX_OBJECTS = 100_000;

/**
 * Lists objects page by page, and yields each answer of the API server. An answer that is not a list is the last one. A page
 * that cannot be read (its objects are too large for one answer) is requested once more as a small page. `selector` is a
 * label selector, or "" for all objects. Rejects as `api` does.
 */
export function listPages(api: KubernetesApi, path: string, selector: string): AsyncGenerator<ApiResponse> {
  return pages(api, path, selector);
}

async function* pages(api: KubernetesApi, path: string, selector: string): AsyncGenerator<ApiResponse> {
  let next = "";
  for (let seen = 0; seen < MAX_OBJECTS; ) {
    const request = (limit: number): Promise<ApiResponse> => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (selector !== "") query.set("labelSelector", selector);
      if (next !== "") query.set("continue", next);
      return api({ method: "GET", path: `${path}?${query}` });
    };
    const answer = await request(PAGE_SIZE).catch(() => request(SMALL_PAGE_SIZE));
    yield answer;
    const { metadata, items } = answer.body;
    next = isJsonObject(metadata) && typeof metadata.continue === "string" ? metadata.continue : "";
    if (answer.status !== 200 || next === "") return;
    seen += Array.isArray(items) ? items.length : PAGE_SIZE;
  }
}
