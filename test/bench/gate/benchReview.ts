import { readFileSync } from "node:fs";

/** The review for all servers: 7.4 KB, captured from a real API server. */
export const benchReview: string = readFileSync(
  new URL("../../fixtures/reviews/validate-v1-create-pods-1.json", import.meta.url),
  "utf8",
);

/** The path of the review, with the query that the API server appends. */
export const benchPath = "/c/bench/validate?timeout=10s";
