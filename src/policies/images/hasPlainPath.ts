/** What is wrong with a prefix that has no plain path. */
export const PATH_FAULT =
  "has a name after its first / that no repository has: names are small letters, digits, '.', '_' and '-'";

/** A name of a path, as in the grammar of github.com/distribution/reference. */
const NAME = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** Whether the parts of a prefix after the first one, such as `team` in `registry.example.com/team/`, can be in an image. */
export function hasPlainPath(prefix: string): boolean {
  return prefix
    .split("/")
    .slice(1, -1)
    .every((name) => NAME.test(name));
}
