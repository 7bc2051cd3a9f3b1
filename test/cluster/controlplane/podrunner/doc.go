// Package podrunner is a node that runs Pods as local processes. With it, tests without containers use real CronJobs,
// Jobs, Deployments, rollouts and rotated Secrets. It runs only on Linux and needs no privileges.
//
// The kubelet itself does everything between the API server and the container runtime: volumes, tokens, environment,
// probes, restarts, status, deletion, logs and exec. This package is the container runtime, which the kubelet calls
// directly and not through a socket. Mounts, cgroups and machine information would require root. They are replaced by
// the fakes that Kubernetes uses in its own tests.
//
// A container is
//   - a process with the container's command and args, in its own process group. Images are never read: a container
//     without a command does not start. Every process runs as the user of the Pod runner: security contexts, resources and
//     host namespaces are ignored. Commands are looked up in the Pod runner's PATH.
//   - at the Pod's own address in 127.0.0.0/8, which is status.podIP and the variable POD_IP. There is no network
//     namespace: a server must listen on POD_IP and not on all addresses, or Pods with the same port collide.
//   - in an empty working folder, unless the container has a workingDir.
//   - with only the variables of the Pod and PATH, HOME, HOSTNAME, POD_IP, CONTAINER_ROOT and KUBECONFIG.
//
// Volumes. There is no mount namespace either, because creating one requires privileges. A volume that is mounted at
// /etc/tls is at $CONTAINER_ROOT/etc/tls. In command, args, workingDir and environment values, each mount path that
// stands alone or begins a longer path is replaced by the real path. So `--cert=/etc/tls/tls.crt` and `sh -c 'cat
// /etc/tls/tls.crt'` work, but a path within a file does not. A path that exists on this machine and not in the volume
// is not replaced. A subPath is a hard link to the file at the creation of the container.
//
// Clients in the cluster read their token from a fixed path. Therefore, a container with a mounted service account
// token gets a kubeconfig in KUBECONFIG that names the token's file. KUBERNETES_SERVICE_HOST and
// KUBERNETES_SERVICE_PORT contain the API server's real address.
//
// Services. With --service-proxy, the node listens for TCP connections at the address of each Service that has a ready
// Pod and lies in 127.0.0.0/8. The API server's service range must lie there. There is no DNS. The controllers'
// EndpointSlices stay empty and they report that in Events, because the API server rejects loopback addresses in
// EndpointSlices.
//
// Missing are attach, port-forward, terminals, resource limits, and volumes other than secret, configMap, projected,
// downwardAPI, emptyDir and hostPath. A process that leaves its process group is not stopped.
//
// No process outlives the Pod runner. On SIGTERM it stops its containers. When it is killed, the kernel kills the
// containers, and a guard process kills the other processes in their process groups.
package podrunner
