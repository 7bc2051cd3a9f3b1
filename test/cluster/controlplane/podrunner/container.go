package podrunner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// container is one run of one container of a Pod. The runtime's mutex guards its fields, except for those that are set
// once before other goroutines see the container.
type container struct {
	id      string
	sandbox *sandbox
	config  *cri.ContainerConfig
	// folder contains the root and the working folder.
	folder  string
	paths   pathMap
	environ []string

	created, started, finished time.Time
	state                      cri.ContainerState
	exitCode                   int
	// reason and message are set when the container has ended.
	reason, message string
	// command is nil before the process starts.
	command *exec.Cmd
	// done is closed when the process has ended.
	done chan struct{}
}

// newContainer creates the folder of a container with a link to each volume.
func newContainer(id string, sandbox *sandbox, config *cri.ContainerConfig, environment environment) (*container, error) {
	if len(config.Command)+len(config.Args) == 0 {
		return nil, errors.New("the container has no command, and its image's is not known: containers run as local processes")
	}
	c := &container{
		id: id, sandbox: sandbox, config: config,
		folder:  filepath.Join(sandbox.folder, config.Metadata.Name),
		created: time.Now(), state: cri.ContainerState_CONTAINER_CREATED, done: make(chan struct{}),
	}
	if err := os.RemoveAll(c.folder); err != nil {
		return nil, err
	}
	for _, folder := range []string{c.root(), c.work()} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	mounts := map[string]string{}
	for _, mount := range config.Mounts {
		mounts[mount.ContainerPath] = filepath.Join(c.root(), mount.ContainerPath)
	}
	c.paths = newPathMap(mounts)
	if err := linkMounts(c.root(), config.Mounts); err != nil {
		return nil, err
	}
	environ, err := environment.of(c)
	if err != nil {
		return nil, err
	}
	c.environ = environ
	return c, nil
}

func (c *container) root() string { return filepath.Join(c.folder, "root") }
func (c *container) work() string { return filepath.Join(c.folder, "work") }

// prepare returns a command with the container's environment, working folder and volumes.
func (c *container) prepare(ctx context.Context, words []string) *exec.Cmd {
	translated := make([]string, len(words))
	for i, word := range words {
		translated[i] = c.paths.translate(word)
	}
	command := exec.CommandContext(ctx, translated[0], translated[1:]...)
	command.Env = c.environ
	command.Dir = c.work()
	if c.config.WorkingDir != "" {
		command.Dir = c.paths.translate(c.config.WorkingDir)
	}
	return command
}

// start starts the container's process. When the program cannot run, it returns the reason and ends the container, as
// containerd does.
func (c *container) start(launcher *launcher, logs string, ended func(c *container, exitCode int)) error {
	metadata := c.sandbox.config.Metadata
	plain := fmt.Sprintf("%s_%s_%s.log", metadata.Namespace, metadata.Name, c.config.Metadata.Name)
	output, err := openOutput(c.logPath(), filepath.Join(logs, plain))
	if err != nil {
		return err
	}
	command := c.prepare(context.Background(), append(append([]string{}, c.config.Command...), c.config.Args...))
	writers, err := c.connect(command, output)
	if err == nil {
		err = launcher.start(command)
	}
	// The process has its own copies. The streams do not end while these are open.
	for _, writer := range writers {
		err = errors.Join(err, writer.Close())
	}
	c.started = time.Now()
	if err != nil {
		output.close()
		err = fmt.Errorf("%s: %w", strings.Join(command.Args, " "), err)
		c.end(128, "StartError", err.Error())
		return err
	}
	c.command, c.state = command, cri.ContainerState_CONTAINER_RUNNING
	go func() {
		code := launcher.wait(command)
		output.close()
		ended(c, code)
		close(c.done)
	}()
	return nil
}

// end records the end of the container.
func (c *container) end(exitCode int, reason, message string) {
	c.state, c.finished = cri.ContainerState_CONTAINER_EXITED, time.Now()
	c.exitCode, c.reason, c.message = exitCode, reason, message
}

// connect sets pipes for stdout and stderr of the command and returns the command's ends of them.
func (c *container) connect(command *exec.Cmd, output *output) ([]*os.File, error) {
	var writers []*os.File
	for _, stream := range []string{"stdout", "stderr"} {
		reader, writer, err := os.Pipe()
		if err != nil {
			return writers, err
		}
		output.follow(stream, reader)
		writers = append(writers, writer)
	}
	command.Stdout, command.Stderr = writers[0], writers[1]
	return writers, nil
}

// logPath returns the path at which the kubelet reads the container's output.
func (c *container) logPath() string {
	return filepath.Join(c.sandbox.config.LogDirectory, c.config.LogPath)
}

// stop sends SIGTERM to the process group, and SIGKILL after the grace period. It returns when the process has ended.
func (c *container) stop(grace time.Duration) {
	if c.command == nil {
		return
	}
	group := c.command.Process.Pid
	if grace > 0 {
		signalGroup(group, syscall.SIGTERM)
		select {
		case <-c.done:
			return
		case <-time.After(grace):
		}
	}
	signalGroup(group, syscall.SIGKILL)
	<-c.done
}
