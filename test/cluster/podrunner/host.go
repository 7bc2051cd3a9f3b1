package podrunner

import (
	"os"
	"strings"

	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
)

// host is this machine to the kubelet's volumes.
type host struct{ *hostutil.HostUtil }

// MakeRShared implements hostutil.HostUtils. The kubelet wants its folder to be a shared mount, for volumes that are
// mounted below it; here none is.
func (host) MakeRShared(string) error { return nil }

// containerLinks is where the kubelet links the logs of all containers, for log collectors of old.
const containerLinks = "/var/log/containers"

// hostOS is this machine to the rest of the kubelet. Nothing is written outside the pod runner's folder.
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
