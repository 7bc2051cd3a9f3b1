package podrunner

import (
	"os"
	"strings"

	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
)

// host is the view of the machine for the kubelet's volumes.
type host struct{ *hostutil.HostUtil }

// MakeRShared implements hostutil.HostUtils. The kubelet requires a shared mount for volumes below its
// folder; here no volume is mounted.
func (host) MakeRShared(string) error { return nil }

// containerLinks is the folder in which the kubelet links the logs of all containers for old log collectors.
const containerLinks = "/var/log/containers"

// hostOS is the view of the machine for the rest of the kubelet. It writes only in the Pod runner's folder.
type hostOS struct{ kubecontainer.RealOS }

// MkdirAll implements kubecontainer.OSInterface.
func (o hostOS) MkdirAll(path string, permissions os.FileMode) error {
	if path == containerLinks {
		return nil
	}
	return o.RealOS.MkdirAll(path, permissions)
}

// Symlink implements kubecontainer.OSInterface.
func (o hostOS) Symlink(target, link string) error {
	if strings.HasPrefix(link, containerLinks+"/") {
		return nil
	}
	return o.RealOS.Symlink(target, link)
}

// Glob implements kubecontainer.OSInterface.
func (o hostOS) Glob(pattern string) ([]string, error) {
	if strings.HasPrefix(pattern, containerLinks+"/") {
		return nil, nil
	}
	return o.RealOS.Glob(pattern)
}
