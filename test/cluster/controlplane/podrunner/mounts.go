package podrunner

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// linkMounts creates a symbolic link to each volume at its mount path below a container's root. A volume within another
// volume leaves its link there, as a real mount leaves a folder.
func linkMounts(root string, mounts []*cri.Mount) error {
	outerFirst := slices.SortedFunc(slices.Values(mounts), func(a, b *cri.Mount) int {
		return strings.Compare(filepath.Clean(a.ContainerPath), filepath.Clean(b.ContainerPath))
	})
	for _, mount := range outerFirst {
		if err := linkMount(filepath.Join(root, mount.ContainerPath), mount.HostPath); err != nil {
			return fmt.Errorf("mount at %s: %w", mount.ContainerPath, err)
		}
	}
	return nil
}

func linkMount(link, target string) error {
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	// A volume that two containers share may already contain the link of the other container.
	if info, err := os.Lstat(link); err == nil && info.Mode()&os.ModeSymlink != 0 {
		if err := os.Remove(link); err != nil {
			return err
		}
	}
	return os.Symlink(target, link)
}
