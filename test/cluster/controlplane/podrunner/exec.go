package podrunner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// lingering is the wait for a command's output after its end, because another process may hold it open.
const lingering = time.Second

// ExecSync implements RuntimeService, for probes and hooks. A failed command is an error with its exit status.
func (r *processRuntime) ExecSync(ctx context.Context, id string, words []string, timeout time.Duration) ([]byte, []byte, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var stdout, stderr bytes.Buffer
	err := r.exec(ctx, id, words, nil, &stdout, &stderr)
	if ctx.Err() != nil {
		err = fmt.Errorf("command timed out after %s: %w", timeout, ctx.Err())
	}
	return stdout.Bytes(), stderr.Bytes(), err
}

// exec runs a command in a container, and kills its process group when the context ends.
func (r *processRuntime) exec(ctx context.Context, id string, words []string, stdin io.Reader, stdout, stderr io.Writer) error {
	container, err := r.container(id)
	if err != nil {
		return err
	}
	command := container.prepare(ctx, words)
	command.Stdin, command.Stdout, command.Stderr = stdin, stdout, stderr
	command.WaitDelay = lingering
	if err := r.launcher.start(command); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	// A command does not outlive its container.
	go func() {
		select {
		case <-ended:
		case <-container.done:
			signalGroup(command.Process.Pid, syscall.SIGKILL)
		}
	}()
	if code := r.launcher.wait(command); code != 0 {
		return utilexec.CodeExitError{Err: fmt.Errorf("command terminated with exit code %d", code), Code: code}
	}
	return nil
}

// Exec implements RuntimeService. It returns the URL for `kubectl exec`.
func (r *processRuntime) Exec(_ context.Context, request *cri.ExecRequest) (*cri.ExecResponse, error) {
	if r.streams == nil {
		return nil, errUnsupported
	}
	if request.Tty {
		return nil, fmt.Errorf("a terminal is %w", errUnsupported)
	}
	return r.streams.GetExec(request)
}

// execStreams implements the interface that the streaming server of k8s.io/cri-streaming calls.
type execStreams struct{ runtime *processRuntime }

var _ streaming.Runtime = execStreams{}

// Exec implements streaming.Runtime.
func (s execStreams) Exec(ctx context.Context, id string, words []string, stdin io.Reader, stdout, stderr io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize) error {
	return s.runtime.exec(ctx, id, words, stdin, stdout, stderr)
}

// Attach implements streaming.Runtime.
func (execStreams) Attach(context.Context, string, io.Reader, io.WriteCloser, io.WriteCloser, bool, <-chan remotecommand.TerminalSize) error {
	return errUnsupported
}

// PortForward implements streaming.Runtime.
func (execStreams) PortForward(context.Context, string, int32, io.ReadWriteCloser) error {
	return errUnsupported
}
