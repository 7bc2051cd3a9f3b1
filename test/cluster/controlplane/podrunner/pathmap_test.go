package podrunner

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTranslate(t *testing.T) {
	paths := newPathMap(map[string]string{"/etc/tls/": "/real/tls", "/etc": "/real/etc", "/state.txt": "/real/state", "/": "/real/root"})
	for text, want := range map[string]string{
		"/etc/tls":                        "/real/tls",
		"/etc/tls/":                       "/real/tls/",
		"/etc/tls/tls.crt":                "/real/tls/tls.crt",
		"--cert=/etc/tls/tls.crt":         "--cert=/real/tls/tls.crt",
		"cat '/etc/tls/a' /etc/no-b;":     "cat '/real/tls/a' /real/etc/no-b;",
		"/etc/tls:/etc/none":              "/real/tls:/real/etc/none",
		"/state.txt":                      "/real/state",
		"/etc/tlsx":                       "/real/etc/tlsx",
		"/state.txt2":                     "/state.txt2",
		"/srv/etc/tls":                    "/srv/etc/tls",
		"https://example.com/etc/tls":     "https://example.com/etc/tls",
		"file:///etc/tls":                 "file:///etc/tls",
		"/":                               "/",
		"":                                "",
		"nothing of the sort":             "nothing of the sort",
		"/etc/passwd is this machine's":   "/etc/passwd is this machine's",
		"a file of both, /etc/tls/passwd": "a file of both, /real/tls/passwd",
	} {
		if got := paths.translate(text); got != want {
			t.Errorf("translate(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTranslatePrefersTheVolume(t *testing.T) {
	machine, volume := t.TempDir(), t.TempDir()
	for _, path := range []string{filepath.Join(machine, "both"), filepath.Join(machine, "machine"), filepath.Join(volume, "both")} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	paths := newPathMap(map[string]string{machine: volume})
	for name, want := range map[string]string{"both": volume, "neither": volume, "machine": machine} {
		if got := paths.translate(filepath.Join(machine, name)); got != filepath.Join(want, name) {
			t.Errorf("%s: got %s, want it in %s", name, got, want)
		}
	}
}
