package podrunner

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// longestLogLine is the maximum length of a log line in bytes (containerd's max_container_log_line_size). Longer lines
// are split.
const longestLogLine = 16 * 1024

// output appends the output of a container to two files. One has the format of the container runtime interface, for
// `kubectl logs`. The other one is plain, and a test can read it after the end of the Pod.
type output struct {
	mutex   sync.Mutex
	kubelet *os.File
	plain   *os.File
	copies  sync.WaitGroup
}

func openOutput(kubeletPath, plainPath string) (*output, error) {
	kubelet, err := openForAppend(kubeletPath)
	if err != nil {
		return nil, err
	}
	plain, err := openForAppend(plainPath)
	if err != nil {
		return nil, errors.Join(err, kubelet.Close())
	}
	return &output{kubelet: kubelet, plain: plain}, nil
}

func openForAppend(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

// follow copies one stream, "stdout" or "stderr", until it ends.
func (o *output) follow(stream string, source io.ReadCloser) {
	o.copies.Go(func() {
		defer source.Close()
		reader := bufio.NewReaderSize(source, longestLogLine)
		for {
			line, err := reader.ReadSlice('\n')
			if len(line) > 0 {
				o.write(stream, line)
			}
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return
			}
		}
	})
}

func (o *output) write(stream string, line []byte) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	// F is a full line, P a part of one.
	tag, end := "F", ""
	if line[len(line)-1] != '\n' {
		tag, end = "P", "\n"
	}
	// A write error, for example on a full disk, must not end the container.
	_, _ = fmt.Fprintf(o.kubelet, "%s %s %s %s%s", time.Now().Format(time.RFC3339Nano), stream, tag, line, end)
	_, _ = o.plain.Write(line)
}

// close waits at most a second for the end of the streams. A process that left the container's process group may hold
// them open.
func (o *output) close() {
	done := make(chan struct{})
	go func() { o.copies.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	_ = o.kubelet.Close()
	_ = o.plain.Close()
}
