// Package podrunner is a node that runs Pods as local processes, so that in tests without containers CronJobs, Jobs,
// Deployments, rollouts and rotated Secrets are real. It is Linux only, and needs no privileges.
//
// Everything between the API server and the container runtime is the kubelet itself: volumes, tokens, environment,
// probes, restarts, status, deletion, logs and exec. This package is the container runtime below it, called directly
// and not through a socket. The stand-ins for what a kubelet needs root for (mounts, cgroups, machine information) are
// those that Kubernetes tests itself with.
//
// What a container is here:
//   - a process with the container's command and args, in a process group of its own. Images are never read: a
//     container without a command does not start. Every process runs as the user of the pod runner: security contexts,
//     resources and host namespaces are ignored. Commands are looked up in the pod runner's PATH.
//   - at an address of the Pod's own in 127.0.0.0/8, which is status.podIP and the variable POD_IP. There is no network
//     namespace: a server must listen on POD_IP, not on all addresses, or Pods with the same port collide.
//   - in an empty working folder, unless the container names a workingDir.
//   - with no environment but PATH, HOME, HOSTNAME, POD_IP, CONTAINER_ROOT, KUBECONFIG and what the Pod says.
//
// Volumes. There is no mount namespace either, for creating one takes privileges. A volume mounted at /etc/tls is found
// at $CONTAINER_ROOT/etc/tls, and command, args, workingDir and values of the environment are rewritten to say so: each
// mount path in them, where it stands alone or begins a longer path, is replaced by the real one. So `--cert=/etc/tls/tls.crt`
// and `sh -c 'cat /etc/tls/tls.crt'` work as they are, and a path within a file does not. A path that this machine has
// and the volume has not is left alone. A subPath is a hard link to the file as it was when the container was created.
//
// Clients in the cluster look for their token at a fixed path, so a container that has a service account's token mounted
// there finds a kubeconfig in KUBECONFIG that names the token's file, and KUBERNETES_SERVICE_HOST and
// KUBERNETES_SERVICE_PORT name the API server's real address.
//
// Services. With --service-proxy, a Service whose address lies in 127.0.0.0/8 (the API server's range of addresses must)
// is served there for as long as one of its Pods is ready, over TCP. There is no DNS. The controllers' EndpointSlices
// stay empty, for the API server takes no loopback addresses in them, and they say so in events.
//
// What is missing: attach, port-forward, terminals, resource limits, and volumes other than
// secret, configMap, projected, downwardAPI, emptyDir and hostPath. A process that leaves its process group is not stopped.
//
// Nothing outlives the pod runner. When it is told to stop it stops what it started. When it is killed, the kernel kills
// its containers, and a guard process kills what those had started in their process groups.
package podrunner
