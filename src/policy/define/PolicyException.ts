/**
 * A dated, owned permission for named objects to break a policy, as a gate declares it. It must name at least one of
 * `clusters`, `namespaces`, `names`, `subjects` and `images`; those that it names must all match. Lists have at least one
 * element, and `*` in an element stands for any characters, as far as the member says.
 */
export interface ExceptionDefinition {
  /** The name of the policy. */
  readonly policy: string;
  /** Default: all clusters. */
  readonly clusters?: readonly string[];
  /** Names of namespaces, with `*` and `?`. Default: all, and objects without a namespace. */
  readonly namespaces?: readonly string[];
  /**
   * Names of objects. An object that is created with `generateName` is not meant, unless a controller of Kubernetes makes it
   * for an object with such a name. Default: all objects.
   */
  readonly names?: readonly string[];
  /** Names of users, such as `system:serviceaccount:ci:deployer`. `*` matches no `:`. Groups are not read. Default: all users. */
  readonly subjects?: readonly string[];
  /**
   * Images of containers, as they are written. Only faults of a container with such an image are excepted, so the policy must
   * report each fault with its path (`reportsEachFault`). `*` in the name matches no `/`. A pattern with a tag or a digest is
   * for images with that one and no other; one without is for all of them. Default: all faults of the policy.
   */
  readonly images?: readonly string[];
  /** When it ends: a date, which is its midnight in UTC, or a time with its zone. From this second on it has no effect. */
  readonly until: string;
  /** Why it is needed. One line. */
  readonly reason: string;
  /** Who has to see that it ends. One line. */
  readonly owner: string;
}

/** An exception of one cluster, checked. */
export interface PolicyException extends Omit<ExceptionDefinition, "clusters"> {
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

/** An exception is announced as ending this long before its end. */
export const ENDING_MS = 14 * 24 * 60 * 60 * 1000;

/** Where an exception is in its life. */
export type ExceptionState = "valid" | "ending" | "expired";

/** The state of an exception at `now`, in milliseconds since 1970. */
export function exceptionState({ untilMs }: Pick<PolicyException, "untilMs">, now: number): ExceptionState {
  if (now >= untilMs) return "expired";
  return untilMs - now <= ENDING_MS ? "ending" : "valid";
}

/** An exception in one line, for messages and audit annotations. */
export function describeException({ until, owner, reason }: ExceptionDefinition): string {
  return `excepted until ${until} (${owner}: ${reason})`;
}
