import * as z from "zod/mini";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";

/** The parameter `exemptImages`: images of containers that a policy does not judge, with `*` for any characters. */
export const exemptImages = z._default(z.array(z.string().check(z.minLength(1))), []);

/** The option `exemptImages` of the policy `name`. Throws {@link PolicyDefinitionError} for what is no list of images. */
export function readExemptImages(name: string, option: unknown = []): readonly string[] {
  if (Array.isArray(option) && option.every((image): image is string => typeof image === "string" && image !== ""))
    return option;
  throw new PolicyDefinitionError(
    name,
    "options.exemptImages",
    "is not a list of images, such as registry.example.com/*",
  );
}
