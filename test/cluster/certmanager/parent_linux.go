package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// endWithParent tells the kernel to kill this process when its parent ends, so that no process outlives killed tests.
// CLUSTER_PARENT is the process id of the parent.
func endWithParent() error {
	parent, err := strconv.Atoi(os.Getenv("CLUSTER_PARENT"))
	if err != nil {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	// The parent may have ended before the call.
	if os.Getppid() != parent {
		os.Exit(1)
	}
	return nil
}
