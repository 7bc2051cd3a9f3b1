import { benchReview } from "./benchReview.ts";

const BYTES = 100_000;

/** The Pod of the captured review, with copies of its containers up to a size of 100 KB. */
export function largePod(): object {
  const { object } = (JSON.parse(benchReview) as { request: { object: { spec: { containers: { name: string }[] } } } })
    .request;
  const { containers } = object.spec;
  const models = [...containers];
  let bytes = JSON.stringify(object).length;
  for (let index = 0; bytes < BYTES; index += 1) {
    const container = { ...structuredClone(models[index % models.length]), name: `container-${index}` };
    containers.push(container);
    bytes += JSON.stringify(container).length + 1;
  }
  return object;
}

/** The captured review with that Pod, as JSON. */
export function largeReview(): string {
  const body = JSON.parse(benchReview) as { request: object };
  return JSON.stringify({ ...body, request: { ...body.request, object: largePod() } });
}
