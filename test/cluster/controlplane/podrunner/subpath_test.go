package podrunner

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/kubernetes/pkg/volume/util/subpath"
)

func TestASubpathStaysAsItWas(t *testing.T) {
	pod := t.TempDir()
	volume := filepath.Join(pod, "volume")
	write := func(version, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(volume, version), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(volume, version, "file"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(volume, "..data")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(version, filepath.Join(volume, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	write("..1", "old")
	if err := os.Symlink("..data/file", filepath.Join(volume, "file")); err != nil {
		t.Fatal(err)
	}
	prepare := func() string {
		t.Helper()
		path, _, err := linkedSubpaths{}.PrepareSafeSubpath(subpath.Subpath{
			Path: filepath.Join(volume, "file"), VolumePath: volume, VolumeName: "v", PodDir: pod, ContainerName: "c",
		})
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	expect := func(path, want string) {
		t.Helper()
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("read %q, %v, want %q", got, err, want)
		}
	}
	path := prepare()
	write("..2", "new")
	if err := os.RemoveAll(filepath.Join(volume, "..1")); err != nil {
		t.Fatal(err)
	}
	expect(path, "old")
	expect(prepare(), "new")
	if err := (linkedSubpaths{}).CleanSubPaths(pod, "v"); err != nil {
		t.Fatal(err)
	}
	if exists(path) {
		t.Error("the link stays")
	}
}
