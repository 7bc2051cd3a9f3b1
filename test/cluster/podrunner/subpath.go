package podrunner

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/kubernetes/pkg/volume/util/subpath"
)

// linkedSubpaths stands for the bind mounts that the kubelet makes of subPaths. A file is linked, and so stays as it
// was when the container was created, whatever becomes of the volume; a folder is used where it is.
type linkedSubpaths struct{}

var _ subpath.Interface = linkedSubpaths{}

// PrepareSafeSubpath implements subpath.Interface.
func (linkedSubpaths) PrepareSafeSubpath(path subpath.Subpath) (string, func(), error) {
	// Files of a Secret or ConfigMap are links into a folder that is removed with the next version.
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

// SafeMakeDir implements subpath.Interface. Whoever can write a Pod here can run any program, so that there is nothing
// to be kept from.
func (linkedSubpaths) SafeMakeDir(path, base string, permissions os.FileMode) error {
	return os.MkdirAll(filepath.Join(base, path), permissions)
}
