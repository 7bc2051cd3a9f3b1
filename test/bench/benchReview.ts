import { readFileSync } from "node:fs";

/** The review that every server is sent: 7.4 KB, as a real API server posted it. */
export const benchReview: string = readFileSync(
  new URL("../fixtures/reviews/validate-v1-create-pods-1.json", import.meta.url),
  "utf8",
);

/** Where it is posted, with the query that the API server appends. */
export const benchPath = "/c/bench/validate?timeout=10s";
