import * as z from "zod/mini";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";

const FAULT = "is no image with * for any characters: it has a blank or a ?";

/** A pattern for images, with `*` for any characters. An image has no blank and no `?`, so another pattern would match none. */
export const imagePattern = z.string().check(z.minLength(1), z.refine(isImagePattern, FAULT));

/** The parameter `exemptImages`: images of containers that a policy does not judge, with `*` for any characters. */
export const exemptImages = z._default(z.array(imagePattern), []);

function isImagePattern(pattern: string): boolean {
  return !/[\s?]/.test(pattern);
}

/** The option `exemptImages` of the policy `name`. Throws {@link PolicyDefinitionError} for what is no list of images. */
export function readExemptImages(name: string, option: unknown = []): readonly string[] {
  const fail = (field: string, fault: string): never => {
    throw new PolicyDefinitionError(name, `options.exemptImages${field}`, fault);
  };
  if (!Array.isArray(option) || !option.every((image): image is string => typeof image === "string" && image !== ""))
    return fail("", "is not a list of images, such as registry.example.com/*");
  const wrong = option.findIndex((image) => !isImagePattern(image));
  return wrong < 0 ? option : fail(`.${wrong}`, FAULT);
}
