/**
 * Subresources that change labels, and that only the control plane and kubelets may write by default (ClusterRoles of
 * k8s.io/kubernetes). Asking about them would mean a call for each binding and each report of a status; no Pod would get a
 * node while the gate cannot be called.
 */
export const controllersOnly: readonly string[] = ["*/binding", "*/status", "*/finalize"];
