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

// longestLogLine is where the container runtime interface splits a line, in bytes (containerd's max_container_log_line_size).
const longestLogLine = 16 * 1024

// output writes what a container prints to two files: the kubelet's, in the format of the container runtime interface,
// from which `kubectl logs` reads, and a plain one, which a test can read after the Pod is gone. Both are appended to.
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
	// A log that cannot be written, for the disk is full, must not end the container.
	_, _ = fmt.Fprintf(o.kubelet, "%s %s %s %s%s", time.Now().Format(time.RFC3339Nano), stream, tag, line, end)
	_, _ = o.plain.Write(line)
}

// close waits for the streams to end, a second at most, for a process that left the container's process group may still
// hold them.
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
