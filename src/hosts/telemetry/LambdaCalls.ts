import type { Attributes } from "../../telemetry/trace/Span.ts";

/** The attributes of Lambda calls, by OpenTelemetry's conventions for FaaS spans and AWS Lambda. */
export class LambdaCalls {
  readonly #attributes = new WeakMap<Request, Attributes>();
  #isCold = true;

  /** `context` is what Lambda hands over with an event. It can be anything. */
  add(request: Request, context: unknown): void {
    const { awsRequestId, invokedFunctionArn } = { ...Object(context) };
    const arn = typeof invokedFunctionArn === "string" ? invokedFunctionArn : undefined;
    this.#attributes.set(request, {
      "faas.trigger": "http",
      "faas.coldstart": this.#isCold,
      "faas.invocation_id": typeof awsRequestId === "string" ? awsRequestId : undefined,
      // Without the alias, which is the eighth part.
      "cloud.resource_id": arn?.split(":").slice(0, 7).join(":"),
      "cloud.account.id": arn?.split(":")[4],
    });
    this.#isCold = false;
  }

  attributesOf(request: Request): Attributes | undefined {
    return this.#attributes.get(request);
  }
}
