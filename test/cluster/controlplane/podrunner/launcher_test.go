package podrunner

import (
	"bytes"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func newTestLauncher(t *testing.T) *launcher {
	t.Helper()
	guard, err := startGuard()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := guard.input.Close(); err != nil {
			t.Error(err)
		}
	})
	return newLauncher(guard)
}

func TestExitCodes(t *testing.T) {
	launcher := newTestLauncher(t)
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -TERM $$": 143, "kill -KILL $$": 137} {
		command := exec.Command("sh", "-c", script)
		if err := launcher.start(command); err != nil {
			t.Fatal(err)
		}
		if got := launcher.wait(command); got != want {
			t.Errorf("%s: exit code %d, want %d", script, got, want)
		}
	}
}

func TestTheGroupEndsWithItsFirstProcess(t *testing.T) {
	launcher := newTestLauncher(t)
	command := exec.Command("sh", "-c", "sleep 100 & echo $!")
	var stdout bytes.Buffer
	command.Stdout = &stdout
	command.WaitDelay = 100 * time.Millisecond
	if err := launcher.start(command); err != nil {
		t.Fatal(err)
	}
	launcher.wait(command)
	pid, err := strconv.Atoi(strings.TrimSpace(stdout.String()))
	if err != nil {
		t.Fatal(err)
	}
	waitUntilGone(t, pid)
}

func TestTheGuardKillsWhatIsLeft(t *testing.T) {
	guard, err := startGuard()
	if err != nil {
		t.Fatal(err)
	}
	var left []int
	for _, operations := range [][]string{{"add"}, {"add", "remove"}, {"add"}} {
		command := exec.Command("sleep", "100")
		command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		pid := command.Process.Pid
		for _, operation := range operations {
			if err := guard.write(operation, pid); err != nil {
				t.Fatal(err)
			}
		}
		if len(operations) == 1 {
			left = append(left, pid)
			go func() { _ = command.Wait() }()
			continue
		}
		t.Cleanup(func() {
			if command.ProcessState != nil {
				t.Error("the guard killed a group that was removed")
			}
			if err := errors.Join(command.Process.Kill()); err != nil {
				t.Error(err)
			}
			_ = command.Wait()
		})
	}
	if err := guard.input.Close(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range left {
		waitUntilGone(t, pid)
	}
}

// waitUntilGone also returns for a zombie, whose parent does not wait for it.
func waitUntilGone(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		if err != nil || strings.HasPrefix(string(state), "Z") {
			return
		}
	}
	t.Errorf("process %d still runs", pid)
}
