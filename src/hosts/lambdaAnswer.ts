import { STATUS_CODES } from "node:http";
import type { LambdaEvent } from "./readLambdaEvent.ts";

/** The answer to an HTTP event, in the form that API Gateway, Function URLs, load balancers and VPC Lattice take. */
export interface LambdaAnswer {
  readonly statusCode: number;
  /** Only for load balancers, such as `200 OK`. */
  readonly statusDescription?: string;
  /** Absent when there are `multiValueHeaders`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For events that have them. A load balancer ignores `headers` then. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  /** Always false: all answers of a gate are text. */
  readonly isBase64Encoded: boolean;
}

/** Writes a response as the answer to an event; by default as for payload 2.0. */
export async function lambdaAnswer(
  response: Response,
  { kind, isMultiValue }: Pick<LambdaEvent, "kind" | "isMultiValue"> = { kind: "api", isMultiValue: false },
): Promise<LambdaAnswer> {
  const { status } = response;
  const headers = [...response.headers];
  return {
    statusCode: status,
    ...(kind === "alb" ? { statusDescription: `${status} ${STATUS_CODES[status] ?? ""}`.trim() } : {}),
    ...(isMultiValue
      ? { multiValueHeaders: Object.fromEntries(headers.map(([name, value]) => [name, [value]])) }
      : { headers: Object.fromEntries(headers) }),
    body: await response.text(),
    isBase64Encoded: false,
  };
}
