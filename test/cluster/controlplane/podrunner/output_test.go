package podrunner

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestOutputIsKeptInBothForms(t *testing.T) {
	folder := t.TempDir()
	kubelet, plain := filepath.Join(folder, "a", "0.log"), filepath.Join(folder, "b", "plain.log")
	long := strings.Repeat("x", longestLogLine+1)
	for _, printed := range []string{"one\ntwo\n", long + "\nno end"} {
		output, err := openOutput(kubelet, plain)
		if err != nil {
			t.Fatal(err)
		}
		output.follow("stdout", io.NopCloser(strings.NewReader(printed)))
		output.close()
	}
	got, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	if want := "one\ntwo\n" + long + "\nno end"; string(got) != want {
		t.Errorf("plain log has %d bytes, want %d", len(got), len(want))
	}
	lines, err := os.ReadFile(kubelet)
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, line := range regexp.MustCompile(`(?m)^\S+T\S+ stdout ([FP]) (.*)$`).FindAllSubmatch(lines, -1) {
		tags = append(tags, string(line[1])+string(line[2][:min(3, len(line[2]))]))
	}
	if want := "Fone Ftwo Pxxx Fx Pno "; strings.Join(tags, " ") != want {
		t.Errorf("kubelet's log has %q, want %q", strings.Join(tags, " "), want)
	}
}
