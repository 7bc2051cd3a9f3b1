/** The namespace of self-tests. It holds nothing else. */
export const SELF_TEST_NAMESPACE = "postern-selftest";
/** Suffix of the API group of conversion self-tests. The name of the gate stands before it. */
export const SELF_TEST_GROUP_SUFFIX = ".selftest.postern.dev";
/** Kind and plural of the objects whose conversion is a self-test. */
export const SELF_TEST_KIND = "SelfTest";
export const SELF_TEST_PLURAL = "selftests";
/** The version in which a self-test is created. It is not the stored version, so the API server asks for a conversion. */
export const SELF_TEST_VERSION = "v2";

/** The API group of a gate's conversion self-tests. */
export function selfTestGroup(gate: string): string {
  return `${gate}${SELF_TEST_GROUP_SUFFIX}`;
}

/** The name of a gate's conversion canary. */
export function conversionCanaryName(gate: string): string {
  return `${SELF_TEST_PLURAL}.${selfTestGroup(gate)}`;
}
