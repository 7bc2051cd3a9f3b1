package podrunner

import (
	"os/exec"
	"runtime"
	"syscall"
)

// launcher starts processes that end with the Pod runner. The kernel binds that to the thread that starts a process,
// and the Go runtime may end threads. So one thread that never ends starts all processes.
type launcher struct {
	guard    *guard
	requests chan launch
}

type launch struct {
	command *exec.Cmd
	result  chan error
}

func newLauncher(guard *guard) *launcher {
	l := &launcher{guard: guard, requests: make(chan launch)}
	go l.serve()
	return l
}

func (l *launcher) serve() {
	runtime.LockOSThread()
	for request := range l.requests {
		request.result <- request.command.Start()
	}
}

// start starts a command as the first process of a new process group. The caller waits for it with wait.
func (l *launcher) start(command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	result := make(chan error)
	l.requests <- launch{command, result}
	if err := <-result; err != nil {
		return err
	}
	return l.guard.add(command.Process.Pid)
}

// wait waits for the end of a command, kills the rest of its process group, and returns the exit code as in a shell:
// 128 plus the signal's number when a signal ended the process.
func (l *launcher) wait(command *exec.Cmd) int {
	group := command.Process.Pid
	// ProcessState is always set and contains the information of the error.
	_ = command.Wait()
	signalGroup(group, syscall.SIGKILL)
	// Without a guard there is no process group to remove.
	_ = l.guard.remove(group)
	status, ok := command.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return command.ProcessState.ExitCode()
}

// signalGroup sends a signal to every process of a group. A group that has ended is not an error.
func signalGroup(group int, signal syscall.Signal) {
	_ = syscall.Kill(-group, signal)
}
