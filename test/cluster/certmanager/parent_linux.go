package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// endWithParent has the kernel end this process when the one that started it is gone, so that tests that were killed
// leave nothing behind. CLUSTER_PARENT is that process's id.
func endWithParent() error {
	parent, err := strconv.Atoi(os.Getenv("CLUSTER_PARENT"))
	if err != nil {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	// It may have ended before the kernel was told.
	if os.Getppid() != parent {
		os.Exit(1)
	}
	return nil
}
