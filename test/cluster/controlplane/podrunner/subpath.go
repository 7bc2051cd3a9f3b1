package podrunner

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/kubernetes/pkg/volume/util/subpath"
)

// linkedSubpaths replaces the kubelet's bind mounts of subPaths. A file is hard-linked, so that it keeps its content
// from the creation of the container, also when the volume changes. A folder is used directly.
type linkedSubpaths struct{}

var _ subpath.Interface = linkedSubpaths{}

// PrepareSafeSubpath implements subpath.Interface.
func (linkedSubpaths) PrepareSafeSubpath(path subpath.Subpath) (string, func(), error) {
	// Files of a Secret or ConfigMap are links into a folder that the next version replaces.
	real, err := filepath.EvalSymlinks(path.Path)
	if err != nil {
		return "", nil, err
	}
	info, err := os.Stat(real)
	if err != nil || info.IsDir() {
		return path.Path, nil, err
	}
	folder := filepath.Join(path.PodDir, "volume-subpaths", path.VolumeName, path.ContainerName)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", nil, err
	}
	link := filepath.Join(folder, fmt.Sprint(path.VolumeMountIndex))
	if err := os.RemoveAll(link); err != nil {
		return "", nil, err
	}
	return link, nil, os.Link(real, link)
}

// CleanSubPaths implements subpath.Interface.
func (linkedSubpaths) CleanSubPaths(podFolder, volume string) error {
	return os.RemoveAll(filepath.Join(podFolder, "volume-subpaths", volume))
}

// SafeMakeDir implements subpath.Interface. It needs no protection, because anyone who can create a Pod here can run
// any program.
func (linkedSubpaths) SafeMakeDir(path, base string, permissions os.FileMode) error {
	return os.MkdirAll(filepath.Join(base, path), permissions)
}
