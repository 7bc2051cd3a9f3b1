import type { Control, ControlValidations } from "../Control.ts";

const TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];

function withTypes(allowed: readonly string[]): ControlValidations {
  return (on) => [
    on("spec.securityContext.seLinuxOptions", {
      data: { allowed },
      fault: ({ type }, { data }) => !data.allowed.includes(type ?? ""),
      at: "type",
      message: ({ type }) => `seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "${type ?? ""}")`,
    }),
    on("spec.securityContext.seLinuxOptions", {
      fault: ({ user }) => (user ?? "") !== "",
      at: "user",
      message: () => "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set)",
    }),
    on("spec.securityContext.seLinuxOptions", {
      fault: ({ role }) => (role ?? "") !== "",
      at: "role",
      message: () => "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: role may not be set)",
    }),
    on("containers[].securityContext.seLinuxOptions", {
      data: { allowed },
      fault: ({ type }, { data }) => !data.allowed.includes(type ?? ""),
      at: "type",
      message: ({ type }, { container }) =>
        `seLinuxOptions (container "${container.name}" set forbidden securityContext.seLinuxOptions: type "${type ?? ""}")`,
    }),
    on("containers[].securityContext.seLinuxOptions", {
      fault: ({ user }) => (user ?? "") !== "",
      at: "user",
      message: (_, { container }) =>
        `seLinuxOptions (container "${container.name}" set forbidden securityContext.seLinuxOptions: user may not be set)`,
    }),
    on("containers[].securityContext.seLinuxOptions", {
      fault: ({ role }) => (role ?? "") !== "",
      at: "role",
      message: (_, { container }) =>
        `seLinuxOptions (container "${container.name}" set forbidden securityContext.seLinuxOptions: role may not be set)`,
    }),
  ];
}

/** SELinux has a type of containers, and neither a user nor a role. */
export const seLinuxOptions: Control = {
  id: "seLinuxOptions",
  versions: [
    { since: 0, validations: withTypes(TYPES) },
    { since: 31, validations: withTypes([...TYPES, "container_engine_t"]) },
  ],
};
