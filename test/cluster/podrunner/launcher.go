package podrunner

import (
	"os/exec"
	"runtime"
	"syscall"
)

// launcher starts processes that end with the pod runner. The kernel ties that to the thread that started a process,
// not to its program, and the Go runtime ends threads at will: so one thread, which never ends, starts them all.
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

// wait waits for the end of a started command, kills what is left of its process group, and returns the exit code as a
// shell gives it: 128 and the signal's number for a process that a signal ended.
func (l *launcher) wait(command *exec.Cmd) int {
	group := command.Process.Pid
	// Its error repeats what ProcessState says, which is set in any case.
	_ = command.Wait()
	signalGroup(group, syscall.SIGKILL)
	// Where the guard is gone there is nothing to take back.
	_ = l.guard.remove(group)
	status, ok := command.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return command.ProcessState.ExitCode()
}

// signalGroup signals every process of a group. A group that is gone is what the signal is for, so that is no error.
func signalGroup(group int, signal syscall.Signal) {
	_ = syscall.Kill(-group, signal)
}
