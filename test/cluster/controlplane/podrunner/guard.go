package podrunner

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// guardScript kills every process group that was added and not removed, when its input ends.
const guardScript = `groups=' '
while read -r operation group; do
  case $operation in
    add) groups="$groups$group " ;;
    remove) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done`

// guard is a process that kills the containers' process groups after the Pod runner was killed. The kernel kills only
// the first process of each container.
type guard struct {
	mutex sync.Mutex
	input io.WriteCloser
}

// startGuard starts the guard in its own session, so that an interrupt from a terminal does not reach it.
func startGuard() (*guard, error) {
	command := exec.Command("/bin/sh", "-c", guardScript)
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	// The guard ends with its input and is reaped then.
	go func() { _ = command.Wait() }()
	return &guard{input: input}, nil
}

func (g *guard) add(group int) error    { return g.write("add", group) }
func (g *guard) remove(group int) error { return g.write("remove", group) }

func (g *guard) write(operation string, group int) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if _, err := fmt.Fprintf(g.input, "%s %d\n", operation, group); err != nil {
		return fmt.Errorf("guard: %w", err)
	}
	return nil
}
