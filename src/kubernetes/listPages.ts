import { isJsonObject } from "../protocol/Json.ts";
import type { ApiResponse, KubernetesApi } from "./KubernetesApi.ts";

/** Objects of an answer, and of one that is to be small: of the largest objects that etcd takes (1.5 MiB) 16 MiB hold ten. */
const PAGE = 250;
const SMALL_PAGE = 10;
/** What has more is no list. */
const MOST_OBJECTS = 100_000;

/**
 * A list, page by page, as the API server answers; ends after an answer that is none. Where a page cannot be had (somebody
 * made objects so large that it is more than is read), it is asked for once more as a small one. `selector`: of labels, or
 * "". Rejects as `api` does.
 */
export function listPages(api: KubernetesApi, path: string, selector: string): AsyncGenerator<ApiResponse> {
  return pagesFrom(api, path, selector);
}

async function* pagesFrom(api: KubernetesApi, path: string, selector: string): AsyncGenerator<ApiResponse> {
  let next = "";
  for (let seen = 0; seen < MOST_OBJECTS; ) {
    const ask = (limit: number): Promise<ApiResponse> => {
      const query = new URLSearchParams({ limit: String(limit) });
      if (selector !== "") query.set("labelSelector", selector);
      if (next !== "") query.set("continue", next);
      return api({ method: "GET", path: `${path}?${query}` });
    };
    const answer = await ask(PAGE).catch(() => ask(SMALL_PAGE));
    yield answer;
    const { metadata, items } = answer.body;
    next = isJsonObject(metadata) && typeof metadata.continue === "string" ? metadata.continue : "";
    if (answer.status !== 200 || next === "") return;
    seen += Array.isArray(items) ? items.length : PAGE;
  }
}
