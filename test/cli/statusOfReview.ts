import { request } from "node:https";
import { readReview } from "../fixtures/readReview.ts";

/** POSTs a review to the cluster `local`, and resolves to the status of the answer; undefined when nothing listens. */
export function statusOfReview(port: number, host = "localhost"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request({
      host,
      port,
      path: "/c/local/validate",
      method: "POST",
      headers: { "content-type": "application/json" },
      // The CA does not exist before the start.
      rejectUnauthorized: false,
    });
    call.once("response", ({ statusCode }) => resolve(statusCode));
    call.once("error", (error) =>
      "code" in error && error.code === "ECONNREFUSED" ? resolve(undefined) : reject(error),
    );
    call.end(readReview("validate-v1-create-pods-2"));
  });
}
